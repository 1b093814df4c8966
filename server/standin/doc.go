// Package standin is an embedded Rocket.Chat: the part of a real server that
// a visitor's chat widget and an agent's desk talk to, faithful to what
// recorded servers answered, for demos and tests.
//
// A Server is an http.Handler with REST under /api, DDP at /websocket and in
// SockJS framing, uploads and avatars. All its state is in memory behind one
// mutex; each connection has one goroutine that reads and one that writes,
// and a connection that cannot keep up is dropped. Nothing is global: faults,
// limits and settings belong to one Server.
//
// It speaks JSON by the standard library alone and not by the codecs of the
// widget, so that a mistake in those cannot hide by being made on both ends.
//
// Tests drive it by handles: [Server.Agent] acts for an agent, the methods in
// faults.go break the network, and [Server.WaitFor] waits for a condition
// without sleeping.
package standin
