// Package rocket holds the nouns of Rocket.Chat's livechat and how they
// are written: one Go type each, with one codec, for REST and DDP alike.
//
// The widget, the bridge and the stand-in use it, so that there is one
// reading of a field in the whole project. Decoders take what is there
// and leave zero what is not: every field may be absent on some version
// of Rocket.Chat (protocol 1.5, 3.1). The package does no input or output.
package rocket
