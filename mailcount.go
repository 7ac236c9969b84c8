package rapport

import "time"

// MailCount is what the mail provider counted on a UTC day.
type MailCount struct {
	Day       time.Time // its midnight in UTC
	Requests  int       // mails it was asked for, one a recipient
	Delivered int
	Bounces   int // refused for good; what was refused for the moment is not among them
	Received  int // mails to our domain that it parsed for us
}
