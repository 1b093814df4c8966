package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"capsule/wasm/rocket"
)

// liveConfig is what the doctor reads of Rocket.Chat's livechat/config.
type liveConfig struct {
	Enabled  bool
	Online   bool
	Settings struct {
		DisplayOfflineForm bool
	}
	Departments []struct {
		ID   string `json:"_id"`
		Name string
	}
}

// omnichannel looks whether somebody could be talked to.
func (e *exam) omnichannel(ctx context.Context) {
	const topic = "omnichannel"
	if !e.reached {
		return
	}
	r, err := e.get(ctx, at(e.RocketChat, rocket.PathConfig))
	var body struct{ Config *liveConfig }
	switch {
	case err != nil:
		e.problem(topic, fmt.Sprintf("The livechat configuration cannot be read: %v.", err), "Look into Rocket.Chat's log.")
		return
	case r.status == 429:
		e.warn(topic, "Rocket.Chat says that this machine asks too often.", "Wait a minute and run this again.")
		return
	case !r.isJSON() || json.Unmarshal([]byte(r.body), &body) != nil || body.Config == nil:
		e.problem(topic, fmt.Sprintf("The livechat configuration cannot be read: status %d.", r.status),
			"A proxy in front of Rocket.Chat has to let /api/v1/livechat/ pass as it is.")
		return
	}
	e.live = *body.Config
	if !e.live.Enabled {
		e.problem(topic, "Omnichannel is off.", "In Rocket.Chat as administrator: Workspace > Settings > Omnichannel, switch Omnichannel enabled on.")
		return
	}
	e.ok(topic, "Omnichannel is on")
	e.agents()
	e.departments()
}

func (e *exam) agents() {
	const topic = "agents"
	switch {
	case e.live.Online:
		e.ok(topic, "somebody is there to answer")
	case e.live.Settings.DisplayOfflineForm:
		e.warn(topic, "Nobody is there to answer; visitors get the form for messages.",
			"An agent is there while his status in Rocket.Chat is online and the headset at the top of the sidebar is on. Business hours may close it as well.")
	default:
		e.problem(topic, "Nobody is there to answer, and visitors get no form either.",
			"Omnichannel > Agents: add one, who is then online with the headset at the top of the sidebar on.\nOr Omnichannel > Livechat appearance: switch Display offline form on.")
	}
}

func (e *exam) departments() {
	const topic = "departments"
	var names []string
	for _, d := range e.live.Departments {
		names = append(names, d.Name)
	}
	for _, profile := range slices.Sorted(maps.Keys(e.Departments)) {
		wanted := e.Departments[profile]
		found := false
		for _, d := range e.live.Departments {
			found = found || d.ID == wanted || strings.EqualFold(d.Name, wanted)
		}
		if found {
			e.ok(topic, "profile %q: there is a department %q", profile, wanted)
			continue
		}
		there := "There are none."
		if len(names) > 0 {
			there = "There are: " + strings.Join(names, ", ") + "."
		}
		e.problem(topic, fmt.Sprintf("Profile %q wants the department %q, which Rocket.Chat does not offer.", profile, wanted),
			there+" A department is offered when it is enabled and has an agent. Correct its name in the profile, or see Omnichannel > Departments.")
	}
}
