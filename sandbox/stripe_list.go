package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// listAnswer is Stripe's list object.
type listAnswer struct {
	Object  string `json:"object"`
	Data    []any  `json:"data"`
	HasMore bool   `json:"has_more"`
	URL     string `json:"url"`
}

const (
	defaultPage = 10
	maxPage     = 100
)

// page lists rows from the youngest, between the cursors of the call.
func page[T any](c *call, t *table[T], keep func(T) bool, created func(T) int64, render func(T) any) (any, *stripeError) {
	limit := defaultPage
	if c.form.Has("limit") {
		limit = int(c.number("limit"))
		if limit < 1 || limit > maxPage {
			return nil, invalid("parameter_invalid_integer", "limit", "Limit must be between 1 and %d.", maxPage)
		}
	}
	after, before := c.text("starting_after"), c.text("ending_before")
	for name, cursor := range map[string]string{"starting_after": after, "ending_before": before} {
		if _, ok := t.get(cursor); cursor != "" && !ok {
			return nil, invalid("resource_missing", name, "No such %s: '%s'", t.kind, cursor)
		}
	}
	out := listAnswer{Object: "list", Data: []any{}, URL: c.path}
	if before != "" {
		var rows []T
		t.newest(func(id string, row T) bool {
			if id != before && keep(row) && inRange(c, created(row)) {
				rows = append(rows, row)
			}
			return id != before
		})
		out.HasMore = len(rows) > limit
		for _, row := range rows[max(0, len(rows)-limit):] {
			out.Data = append(out.Data, render(row))
		}
		return out, nil
	}
	started := after == ""
	t.newest(func(id string, row T) bool {
		if !started {
			started = id == after
			return true
		}
		if !keep(row) || !inRange(c, created(row)) {
			return true
		}
		if len(out.Data) == limit {
			out.HasMore = true
			return false
		}
		out.Data = append(out.Data, render(row))
		return true
	})
	return out, nil
}

func inRange(c *call, at int64) bool {
	for name, ok := range map[string]func(int64) bool{
		"created":      func(n int64) bool { return at == n },
		"created[gt]":  func(n int64) bool { return at > n },
		"created[gte]": func(n int64) bool { return at >= n },
		"created[lt]":  func(n int64) bool { return at < n },
		"created[lte]": func(n int64) bool { return at <= n },
	} {
		if c.form.Has(name) && !ok(c.number(name)) {
			return false
		}
	}
	return true
}

// checkExpand refuses an expansion that this sandbox does not know, as Stripe refuses one that does not exist.
func checkExpand(c *call, known ...string) *stripeError {
	for key, values := range c.form {
		if paramName(key) != "expand[]" {
			continue
		}
		for _, v := range values {
			if !slices.Contains(known, v) {
				return invalid("", key, "This property cannot be expanded (%s).", v)
			}
		}
	}
	return nil
}

// eventWanted tells whether an event's type is asked for by type (a name or `noun.*`) or types.
func eventWanted(c *call, kind string) bool {
	if t := c.text("type"); t != "" {
		if prefix, wild := strings.CutSuffix(t, "*"); wild {
			return strings.HasPrefix(kind, prefix)
		}
		return kind == t
	}
	for i := range 21 {
		if !c.form.Has("types[" + strconv.Itoa(i) + "]") {
			return i == 0
		}
		if c.text(fmt.Sprintf("types[%d]", i)) == kind {
			return true
		}
	}
	return false
}
