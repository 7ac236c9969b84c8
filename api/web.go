package api

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

// serveWeb serves the dashboard where no route is: its files, and its page for every address of a page. Only a client that asks
// for HTML gets the page; a program that mistyped an address gets 404.
func (s *Server) serveWeb() (echo.MiddlewareFunc, error) {
	index, err := fs.ReadFile(s.cfg.Web, "index.html")
	if err != nil {
		return nil, fmt.Errorf("api: the dashboard has no index.html: %w", err)
	}
	files := http.FileServerFS(s.cfg.Web)
	serve := func(c echo.Context) error {
		r := c.Request()
		name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		if r.Method != http.MethodGet && r.Method != http.MethodHead || under(name, "v1", "webhooks") {
			return echo.ErrNotFound
		}
		info, err := fs.Stat(s.cfg.Web, name)
		switch {
		case name != "" && name != "index.html" && err == nil && info.Mode().IsRegular():
			if strings.HasPrefix(name, "assets/") { // their names carry a hash of their content
				c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			}
			files.ServeHTTP(c.Response(), r)
			return nil
		case err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid):
			return fmt.Errorf("look for a file of the dashboard: %w", err)
		case !strings.Contains(r.Header.Get("Accept"), "text/html"):
			return echo.ErrNotFound
		}
		c.Response().Header().Set("Cache-Control", "no-cache")
		if !under(name, "sign-in", "forgotten", "password", "portal", "review") { // who is signed in is the first thing that a page of the house asks
			c.Response().Header().Set("Link", "</v1/session>; rel=preload; as=fetch; crossorigin")
		}
		return c.HTMLBlob(http.StatusOK, index)
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			if errors.Is(err, echo.ErrNotFound) { // only the router says so; our own routes answer errors of ours
				return serve(c)
			}
			return err
		}
	}, nil
}

func under(name string, folders ...string) bool {
	for _, folder := range folders {
		if name == folder || strings.HasPrefix(name, folder+"/") {
			return true
		}
	}
	return false
}
