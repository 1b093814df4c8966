package app

import (
	"context"
	"net"
	"net/url"
	"time"

	"capsule/server/internal/bridge"
	"capsule/server/standin"
)

// demoAddr is where the stand-in listens unless told otherwise: another port
// than the site's, so that the widget crosses origins as it does in earnest.
const demoAddr = "127.0.0.1:3100"

// Demo is the stand-in of a running demo; nil without -demo.
func (a *App) Demo() *standin.Server { return a.demo }

// startDemo starts a Rocket.Chat with people in it and makes s use it.
func (a *App) startDemo(ctx context.Context, s *settings) error {
	l, err := demoListener(s.demoAddr)
	if err != nil {
		return flagError("demo-addr", err)
	}
	base, err := url.Parse(address(l))
	if err != nil {
		return err
	}
	set := standin.DefaultSettings()
	// Chats wait to be taken: by whoever sits at the desk, else by the bot.
	set.Routing = standin.ManualSelection
	set.AgentLeave = 10 * time.Second // then the bot takes over
	set.Title, set.Color = "Capsule", "#0b6bcb"
	chat := standin.New(standin.Options{
		SiteURL:  base.String(),
		Settings: &set,
		Agents: []standin.Agent{
			{Username: "sam", Name: "Sam Okafor", Password: "sam"},
			{Username: "mira", Name: "Mira Lindqvist", Password: "mira"},
		},
	})
	chat.StartBot(standin.Bot{Username: "capsule-bot", Name: "Capsule Bot", Answers: workshop})
	for _, name := range []string{"Sales", "Support"} {
		chat.AddDepartment(standin.Department{
			Name: name, Agents: []string{"sam", "mira", "capsule-bot"}, ShowOnRegistration: true, ShowOnOfflineForm: true,
		})
	}
	a.demo = chat
	a.after = append(a.after, chat.Close)
	a.serve(ctx, l, chat, nil)
	s.rocketChat = base
	if s.public == nil {
		s.public = base
	}
	// Pages of other local servers may try the widget out as well.
	local, err := bridge.ParseOrigins("http://localhost:*,http://127.0.0.1:*")
	if err != nil {
		return err
	}
	s.origins = s.origins.With(local)
	return nil
}

// workshop is what the bot knows of the furniture maker on the demo page.
var workshop = []standin.Answer{
	{Words: []string{"price", "cost", "much", "expensive", "budget"}, Text: "A chair is € 780, a table begins at € 3,400, a shelf is € 640. What are you thinking of?"},
	{Words: []string{"chair", "table", "shelf", "shelves", "bench", "desk"}, Text: "Lovely. Which wood do you like: *ash*, *oak* or *cherry*? And roughly what size?"},
	{Words: []string{"wood", "ash", "oak", "cherry"}, Text: "All of it grows within 200 km, and dries two years before it is used."},
	{Words: []string{"order", "delivery", "shipping", "long", "wait", "when"}, Text: "Eight to twelve weeks, less for small things. I bring it myself within 300 km."},
	{Words: []string{"visit", "address", "where", "open", "hour"}, Text: "The workshop is open Thursday to Saturday, 10 to 17. There is always coffee."},
	{Words: []string{"repair", "broken", "help", "problem"}, Text: "Anything made here is mended here. Can you say what happened?"},
	{Words: []string{"human", "person", "agent", "ines"}, Text: "As soon as somebody sits at the agent desk, they will answer. Ask me meanwhile!"},
	{Words: []string{"thanks", "thank", "great", "perfect"}, Text: "You're welcome! Is there anything else?"},
	{Words: []string{"hello", "hi", "hey", "morning", "evening"}, Text: "Nice to meet you! Ask me about *prices*, *wood* or *delivery*. Say *bye* to end the chat."},
}

func demoListener(addr string) (net.Listener, error) {
	if addr != "" {
		return listen(addr)
	}
	l, err := listen(demoAddr)
	if err != nil {
		return listen("127.0.0.1:0") // somebody else's port: any other will do
	}
	return l, nil
}
