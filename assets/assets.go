// Package assets holds the built widget: everything pack has written to dist.
//
// It embeds its own folder, so it is for the server only; the wasm imports
// the packages below it, one per kind of source.
package assets

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS returns the built site. Before the first build it holds no
// manifest.json.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("assets: " + err.Error()) // the directive above names the folder
	}
	return sub
}
