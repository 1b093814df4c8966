package bridge

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// survey passes on how a visitor found the conversation. Rocket.Chat knows
// four questions with answers from 1 to 5 and one of free text.
func (b *Bridge) survey(w http.ResponseWriter, r *http.Request) error {
	var room string
	var answers []pair
	if err := decodeWith(w, r, fields{"room": &room}, lists{"answers": &answers}); err != nil {
		return err
	}
	t, err := b.claim(r, room)
	if err != nil {
		return err
	}
	if err := surveyAnswers(answers); err != nil {
		return err
	}
	data := make([]ejson.Value, len(answers))
	same := []string{"survey", string(t), room}
	for i, a := range answers {
		data[i] = ejson.Object(ejson.F("name", ejson.String(a.key)), ejson.F("value", ejson.String(a.value)))
		same = append(same, a.key, a.value)
	}
	from := b.caller(r)
	err = b.repeats.once(r.Context(), sameness(same...), func(ctx context.Context) error {
		_, err := b.up.do(ctx, call{
			op: "answer survey", method: http.MethodPost, path: rocket.PathSurvey, caller: from,
			body: ejson.Object(ejson.F("rid", ejson.String(room)), ejson.F("token", ejson.String(string(t))), ejson.F("data", ejson.List(data...))),
		})
		return err
	})
	if err != nil {
		return err
	}
	return answer(w)
}

func surveyAnswers(answers []pair) error {
	seen := map[string]bool{}
	for _, a := range answers {
		switch {
		case seen[a.key]:
			return bad("a question is answered twice")
		case a.key == rocket.SurveyComment:
			if strings.ContainsRune(a.value, 0) || utf8.RuneCountInString(a.value) > rocket.MaxWord {
				return bad("not a comment")
			}
		case !slices.Contains(rocket.SurveyItems(), a.key), len(a.value) != 1, a.value < "1", a.value > "5":
			return bad("no such question, or no such answer")
		}
		seen[a.key] = true
	}
	if len(answers) == 0 {
		return bad("no answers")
	}
	return nil
}
