package browser

import "syscall/js"

// Sounds plays the sound of a new message: two short soft notes, made on the
// spot, so that nothing is fetched.
type Sounds struct {
	Page    Page
	context js.Value
}

// Play plays it, on a page that may make sounds: browsers want a visitor to
// have touched it before.
func (s *Sounds) Play() {
	touched := s.Page.global.Get("navigator").Get("userActivation")
	if touched.Truthy() && !touched.Get("hasBeenActive").Truthy() {
		return
	}
	if s.context.IsUndefined() {
		context, err := s.Page.Construct("AudioContext")
		if err != nil {
			return
		}
		s.context = context
	}
	s.note(660, 0)
	s.note(880, 0.12)
}

// note plays a tone from a moment on, which fades within a quarter of a
// second.
func (s *Sounds) note(pitch, after float64) {
	from := s.context.Get("currentTime").Float() + after
	gain := s.context.Call("createGain")
	loud := gain.Get("gain")
	loud.Call("setValueAtTime", 0.08, from)
	loud.Call("exponentialRampToValueAtTime", 0.001, from+0.25)
	gain.Call("connect", s.context.Get("destination"))
	tone := s.context.Call("createOscillator")
	tone.Get("frequency").Set("value", pitch)
	tone.Call("connect", gain)
	tone.Call("start", from)
	tone.Call("stop", from+0.25)
}

// Close gives the device back.
func (s *Sounds) Close() {
	if !s.context.IsUndefined() {
		_, _ = s.Page.Attempt(s.context, "close") // closed already, then
	}
}
