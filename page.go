package rapport

// Page asks for a part of a list: at most Limit items behind the last one seen. After is the key that came with the page
// before, nil for the first one; what is in it is the business of the list that made it.
type Page struct {
	Limit int
	After []string
}
