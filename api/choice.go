package api

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"rapport"
)

// which is a way of saying which rows are meant, and whether the caller used it.
type which struct {
	field string
	given bool
}

// checkWhich wants exactly one way of saying which rows are meant, and of a filter how many were seen.
func checkWhich(uncounted bool, ways ...which) []rapport.Field {
	names, given := make([]string, 0, len(ways)), make([]string, 0, 1)
	for _, w := range ways {
		names = append(names, w.field)
		if w.given {
			given = append(given, w.field)
		}
	}
	var bad []rapport.Field
	if len(given) != 1 {
		bad = append(bad, rapport.Field{Path: append(given, names[0])[len(given)/2], Code: "count", Detail: "Give exactly one of " + strings.Join(names, ", ") + "."})
	}
	if uncounted {
		bad = append(bad, rapport.Field{Path: "count", Code: "required", Detail: "Say how many the list showed."})
	}
	return bad
}

// checkNamed refuses when some of those that were named are not there for the caller: nobody learns which.
func checkNamed(named, found int, what string) error {
	if found < named {
		return rapport.Invalid(rapport.Field{Path: what + "_ids", Code: "unknown", Detail: fmt.Sprintf("%d of these %ss are not there, or not yours to change. Nothing was changed.", named-found, what)})
	}
	return nil
}

func distinct(ids []uuid.UUID) []uuid.UUID {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(ids)
}
