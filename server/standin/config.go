package standin

import (
	"encoding/json"
	"net/http"
	"slices"
)

// config is the answer of GET livechat/config.
func (s *Server) config(r *http.Request, token, department string) doc {
	if !s.set.Enabled {
		return doc{"enabled": false}
	}
	d := doc{
		"enabled":     true,
		"settings":    s.configSettings(),
		"theme":       s.configTheme(),
		"messages":    s.configMessages(),
		"survey":      doc{"items": surveyItems, "values": surveyValues},
		"triggers":    s.configTriggers(),
		"departments": s.configDepartments(),
		"resources":   doc{"sound": s.site(r) + "/sounds/chime.mp3", "emojis": []any{}},
		"online":      s.set.AcceptWithoutAgents || s.online(department),
	}
	d["customFields"] = s.configFields()
	v := s.visitorByToken(token)
	if v == nil {
		return d
	}
	d["guest"] = s.guest(v)
	if room := s.openRoom(token); room != nil {
		d["room"] = s.brief(room)
		if room.servedBy != nil {
			d["agent"] = s.agentDoc(room.servedBy)
		}
	}
	return d
}

var (
	surveyItems  = []any{"satisfaction", "agentKnowledge", "agentResposiveness", "agentFriendliness"}
	surveyValues = []any{"1", "2", "3", "4", "5"}
)

func (s *Server) configSettings() doc {
	d := doc{
		"registrationForm":                 s.set.RegistrationForm,
		"allowSwitchingDepartments":        s.set.SwitchDepartments,
		"nameFieldRegistrationForm":        s.set.NameField,
		"emailFieldRegistrationForm":       s.set.EmailField,
		"displayOfflineForm":               s.set.OfflineForm,
		"videoCall":                        false,
		"fileUpload":                       s.set.FileUpload,
		"language":                         s.set.Language,
		"transcript":                       s.set.Transcript,
		"historyMonitorType":               s.set.HistoryMonitor,
		"forceAcceptDataProcessingConsent": s.set.ForceConsent,
		"showConnecting":                   s.set.Routing == ManualSelection,
		"agentHiddenInfo":                  !s.set.ShowAgentInfo,
	}
	if s.since(6) {
		d["clearLocalStorageWhenChatEnded"] = s.set.ClearStorage
		d["limitTextLength"] = false
		if s.set.CharacterLimit > 0 {
			d["limitTextLength"] = s.set.CharacterLimit
		}
		d["livechatLogo"] = doc{}
		d["hideWatermark"] = s.set.HideWatermark
		d["visitorsCanCloseChat"] = s.set.VisitorsCanClose
		if len(s.set.HiddenSystem) > 0 {
			d["hiddenSystemMessages"] = slices.Clone(s.set.HiddenSystem)
		}
	}
	return d
}

func (s *Server) configTheme() doc {
	d := doc{"title": s.set.Title, "color": s.set.Color, "offlineTitle": s.set.OfflineTitle, "offlineColor": s.set.OfflineColor}
	put(d, "background", s.set.Background)
	if s.opt.Mode == V3 {
		d["actionLinks"] = []any{
			doc{"icon": "icon-videocam", "i18nLabel": "Accept", "method_id": "createLivechatCall", "params": ""},
			doc{"icon": "icon-cancel", "i18nLabel": "Decline", "method_id": "denyLivechatCall", "params": ""},
		}
		return d
	}
	d["position"] = s.set.Position
	links := doc{"jitsi": []any{doc{"icon": "icon-videocam", "i18nLabel": "Accept"}, doc{"icon": "icon-cancel", "i18nLabel": "Decline"}}}
	if !s.since(8) {
		links["webrtc"] = []any{
			doc{"actionLinksAlignment": "flex-start", "i18nLabel": "Join_call", "label": "Join call", "method_id": "joinLivechatWebRTCCall"},
			doc{"i18nLabel": "End_call", "label": "End call", "method_id": "endLivechatWebRTCCall", "danger": true},
		}
	} else {
		d["hideExpandChat"] = false
	}
	d["actionLinks"] = links
	return d
}

func (s *Server) configMessages() doc {
	return doc{
		"offlineMessage":              s.set.OfflineMessage,
		"offlineSuccessMessage":       s.set.OfflineSuccess,
		"offlineUnavailableMessage":   s.set.OfflineUnavailable,
		"conversationFinishedMessage": s.set.FinishedMessage,
		"conversationFinishedText":    s.set.FinishedText,
		"transcriptMessage":           s.set.TranscriptMessage,
		"registrationFormMessage":     s.set.RegistrationText,
		"dataProcessingConsentText":   s.set.ConsentText,
	}
}

func (s *Server) configTriggers() []any {
	out := []any{}
	for _, raw := range s.triggers {
		var t any
		if json.Unmarshal(raw, &t) == nil {
			out = append(out, t)
		}
	}
	return out
}

// SetTriggers replaces the triggers that visitors get.
func (s *Server) SetTriggers(triggers ...json.RawMessage) {
	s.mu.Lock()
	defer s.unlock()
	s.triggers = triggers
}

// configDepartments are those with agents.
func (s *Server) configDepartments() []any {
	out := []any{}
	for _, d := range s.departments {
		if len(d.Agents) > 0 {
			out = append(out, doc{"_id": d.ID, "name": d.Name,
				"showOnRegistration": d.ShowOnRegistration, "showOnOfflineForm": d.ShowOnOfflineForm})
		}
	}
	return out
}

func (s *Server) configFields() []any {
	out := []any{}
	for _, f := range s.fields {
		if !f.Hidden && !f.Room {
			out = append(out, doc{"_id": f.Key, "label": f.label(), "regexp": f.Pattern, "required": f.Required,
				"type": "input", "defaultValue": ""})
		}
	}
	return out
}

func (f CustomField) label() string {
	if f.Label != "" {
		return f.Label
	}
	return f.Key
}
