package api

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"rapport"
	"rapport/api/gen"
)

// The limit of a list, when none is asked for and at most.
const (
	defaultLimit = 50
	maxLimit     = 200
)

// pageOf reads the page that a list is asked for.
func pageOf(limit *int, cursor *string) (rapport.Page, error) {
	page := rapport.Page{Limit: defaultLimit}
	if limit != nil {
		page.Limit = min(max(*limit, 1), maxLimit)
	}
	if cursor == nil || *cursor == "" {
		return page, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*cursor)
	if err == nil {
		err = json.Unmarshal(text, &page.After)
	}
	if err != nil || len(page.After) == 0 {
		return page, rapport.Errorf(rapport.CodeMalformed, "The cursor is not one that this list gave out. Start again without it.")
	}
	return page, nil
}

// cursorOf writes the key of the next page; nil when there is none.
func cursorOf(key []string) *string {
	if len(key) == 0 {
		return nil
	}
	text, err := json.Marshal(key)
	if err != nil { // strings always can be written
		return nil
	}
	cursor := base64.RawURLEncoding.EncodeToString(text)
	return &cursor
}

// etag is the version of a thing as a header.
func etag(version int) *string {
	tag := `"` + strconv.Itoa(version) + `"`
	return &tag
}

// versionAsked reads the version that If-Match names; nil where any will do.
func versionAsked(ifMatch *string) (*int, error) {
	if ifMatch == nil || strings.TrimSpace(*ifMatch) == "*" {
		return nil, nil //nolint:nilnil // no version is a valid answer
	}
	version, err := strconv.Atoi(strings.Trim(strings.TrimPrefix(strings.TrimSpace(*ifMatch), "W/"), `"`))
	if err != nil {
		return nil, rapport.Errorf(rapport.CodeMalformed, "If-Match must be the ETag that came with the thing.")
	}
	return &version, nil
}

// versionOf reads the version that If-Match names; without one the version that is read now is edited.
func versionOf(ifMatch *string, now int) (int, error) {
	version, err := versionAsked(ifMatch)
	if err == nil && version != nil && *version != now {
		err = rapport.Errorf(rapport.CodeStale, "Somebody else changed this meanwhile. Nothing was saved; look at it again.")
	}
	return now, err
}

// orNil is nil for the zero value: absent means unknown.
func orNil[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// value is what a pointer points to; the zero value for none.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// edit replaces what an edit gives.
func edit[T any](to *T, given *T) {
	if given != nil {
		*to = *given
	}
}

// noNil is an empty list for none: lists are never null.
func noNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func toMoney(m rapport.Money) gen.Money { return gen.Money{Amount: m.Amount, Currency: m.Currency} }

func fromMoney(m gen.Money) rapport.Money {
	return rapport.Money{Amount: m.Amount, Currency: m.Currency}
}

func toUserRef(u rapport.UserRef) gen.UserRef { return gen.UserRef{Id: u.ID, Name: u.Name} }

func toDate(t time.Time) openapi_types.Date { return openapi_types.Date{Time: t} }

// inScope says whether the brand is one where the caller has a role that the operation asks for.
func inScope(scope []uuid.UUID, brand uuid.UUID) bool { return slices.Contains(scope, brand) }
