package standin

import (
	"fmt"
	"net/http"
)

// A problem is a refusal. How it looks depends on the version and on the way
// the call came: see rest and ddp.
type problem struct {
	kind    problemKind
	code    any // string or int
	reason  string
	details doc
	status  int // of REST, 400 when zero

	path string // matchError: where in the document

	body any // answerAs: the whole answer
}

type problemKind int

const (
	plainCode   problemKind = iota // a bare code in REST since 6, Meteor.Error else
	meteorError                    // always with code and reason
	scriptError                    // a fault in the server's own code
	bareFailure                    // {"success":false}
	matchError                     // check() failed
	schemaError                    // ajv failed
	answerAs                       // status and body as they are
)

// Error makes a problem an error.
func (p *problem) Error() string { return p.message() }

func plain(code string) error { return &problem{code: code} }

func meteor(code any, reason string) error {
	return &problem{kind: meteorError, code: code, reason: reason}
}

func meteorWith(code any, reason string, details doc) error {
	return &problem{kind: meteorError, code: code, reason: reason, details: details}
}

func script(text string) error { return &problem{kind: scriptError, reason: text} }

func bare() error { return &problem{kind: bareFailure} }

func answer(status int, body any) error {
	return &problem{kind: answerAs, status: status, body: body}
}

// unauthenticated answers a call that needs a login.
func unauthenticated() error {
	return answer(http.StatusUnauthorized, doc{"status": "error", "message": "You must be logged in to do this."})
}

func (p *problem) message() string {
	if p.reason != "" {
		return fmt.Sprintf("%s [%v]", p.reason, p.code)
	}
	return fmt.Sprintf("[%v]", p.code)
}

// ddp is the error member of a result or nosub frame.
func (p *problem) ddp() doc {
	switch p.kind {
	case scriptError, bareFailure, answerAs:
		return (&problem{code: 500, reason: "Internal server error"}).ddp()
	case matchError, schemaError:
		return matchFailed()
	}
	d := doc{"isClientSafe": true, "error": p.code, "message": p.message(), "errorType": "Meteor.Error"}
	put(d, "reason", p.reason)
	if p.details != nil {
		d["details"] = p.details
	}
	return d
}

func matchFailed() doc {
	return (&problem{code: 400, reason: "Match failed"}).ddp()
}

// rest returns the status and body of a REST answer. Routes of 3.x that do
// not catch what they throw answer like those of 6.x: caught is false then.
func (p *problem) rest(mode Mode, caught bool) (int, any) {
	status := p.status
	if status == 0 {
		status = http.StatusBadRequest
	}
	old := mode == V3 && caught
	switch p.kind {
	case answerAs:
		return status, p.body
	case bareFailure:
		return status, doc{"success": false}
	case scriptError:
		if old {
			return status, doc{"success": false}
		}
		return status, doc{"success": false, "error": p.reason}
	case matchError:
		if old {
			return status, doc{"message": p.reason, "path": p.path, "sanitizedError": matchFailed(),
				"errorType": "Match.Error", "success": false}
		}
		return status, doc{"success": false, "error": p.reason}
	case schemaError:
		text := p.reason
		if mode.major() < 8 {
			text += " [invalid-params]"
		}
		return status, doc{"success": false, "error": text, "errorType": "invalid-params"}
	}
	if old {
		return status, with(p.ddp(), "success", false)
	}
	if p.kind == plainCode && mode != V3 {
		return status, doc{"success": false, "error": p.code}
	}
	d := doc{"success": false, "error": p.message(), "errorType": p.code}
	if p.details != nil {
		d["details"] = p.details
	}
	return status, d
}
