package rapport

// ReplyClass is what a reply seems to say. It is a suggestion to the person who decides; a machine acts only on being asked to stop.
type ReplyClass string

// The classes of replies.
const (
	ReplyAccept      ReplyClass = "accept"
	ReplyDecline     ReplyClass = "decline"
	ReplyCounter     ReplyClass = "counter_offer" // names another fee
	ReplyQuestion    ReplyClass = "question"
	ReplyLater       ReplyClass = "later"
	ReplyAway        ReplyClass = "out_of_office"
	ReplyWrongPerson ReplyClass = "wrong_person"
	ReplyUnsubscribe ReplyClass = "unsubscribe"
	ReplyOther       ReplyClass = "other"
)

// ReplyClasses lists the classes.
func ReplyClasses() []ReplyClass {
	return []ReplyClass{ReplyAccept, ReplyDecline, ReplyCounter, ReplyQuestion, ReplyLater, ReplyAway, ReplyWrongPerson, ReplyUnsubscribe, ReplyOther}
}

// ReplySuggestion is what a reply seems to say, and why.
type ReplySuggestion struct {
	Class      ReplyClass
	Amount     *Money // that a counter-offer names; nil when it names none, or no currency
	Why        string // the words that decided, at most 80 runes; empty for other
	Confidence float64
}
