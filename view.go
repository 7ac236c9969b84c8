package rapport

import (
	"encoding/json"
	"regexp"

	"github.com/google/uuid"
)

// SavedView is the filters of a list under a name.
type SavedView struct {
	ID        uuid.UUID
	Owner     UserRef
	BrandID   *uuid.UUID // whose people see it too; nil for its owner alone
	BrandName string
	Page      string // path of the list, such as /partnerships
	Name      string
	Search    json.RawMessage // the filters as the page's address has them, an object
}

// maxViewSearch bounds the filters of a view, in bytes.
const maxViewSearch = 4000

var viewPage = regexp.MustCompile(`^/[a-z]+(/[a-z]+)*$`)

// CheckViewName names what is wrong with the name of a view.
func CheckViewName(name string) []Field { return checkText("name", name, true, 80) }

// Check names every bad field of the view.
func (v SavedView) Check() []Field {
	f := CheckViewName(v.Name)
	if !viewPage.MatchString(v.Page) || len(v.Page) > 100 {
		f = append(f, Field{"page", "unknown_value", "Name the list by its path, such as /partnerships."})
	}
	if len(v.Search) > maxViewSearch {
		f = append(f, Field{"search", "too_long", "These filters are too many to keep under a name."})
	}
	return f
}
