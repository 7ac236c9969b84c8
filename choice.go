package rapport

import "fmt"

// CheckSeen refuses what was decided for another list than the one that is there now: a person who saw so many meant those. A few that came
// or went meanwhile are the same list, and each row is decided as it stands anyway.
func CheckSeen(seen, now, most int) error {
	if now > most {
		return Invalid(Field{"filter", "too_many", fmt.Sprintf("More than %d match. Narrow the list first; nothing was changed.", most)})
	}
	if few := max(5, seen/10); now > seen+few || now < seen-few || now == 0 {
		return &Error{Code: CodeConflict, Reason: "list_changed", Message: fmt.Sprintf("You saw %d, and %d match by now. Nothing was changed; look at the list again.", seen, now)}
	}
	return nil
}
