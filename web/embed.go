// Package web holds the dashboard: a single-page program built by Vite and carried inside the binary.
package web

import (
	"embed"
	"io/fs"
)

// The dist folder of a fresh clone holds one empty file, so that building Go needs no Node.
//
//go:embed all:dist
var built embed.FS

//go:embed unbuilt
var unbuilt embed.FS

// Dist gives the files to serve at the root of the site: index.html for every page's path, and
// assets/ whose names contain a hash of their content, so they may be cached for ever. When the
// dashboard was not built before the program, it holds only a page that says how to build it.
func Dist() fs.FS {
	if dist, err := fs.Sub(built, "dist"); err == nil {
		if _, err = fs.Stat(dist, "index.html"); err == nil {
			return dist
		}
	}

	page, err := fs.Sub(unbuilt, "unbuilt")
	if err != nil {
		return unbuilt // cannot happen: the folder's name is a valid path
	}

	return page
}
