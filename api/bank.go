package api

import (
	"time"

	"rapport"
	"rapport/api/gen"
)

func showArrival(a *rapport.BankArrival) *gen.BankArrival {
	if a == nil {
		return nil
	}
	return &gen.BankArrival{State: gen.BankArrivalState(a.State), Words: arrivalWords(rapport.WordsIn(""), a.State, a.On), ReadAt: a.ReadAt}
}

// arrivalWords say how money stands at a creator's bank. Nothing that a bank reports is final for some days.
func arrivalWords(say rapport.Words, state, on string) string {
	at, err := time.Parse(time.DateOnly, on)
	switch {
	case state == "paid" && err == nil:
		return say.Say("Arrived at the bank on %s, as the bank reports it; it may still be returned.", say.Day(at))
	case state == "paid":
		return say.Say("Arrived at the bank, as the bank reports it; it may still be returned.")
	case state == "failed":
		return say.Say("Returned by the bank.")
	case state == "canceled":
		return say.Say("Not sent to the bank: it was cancelled there.")
	case (state == "pending" || state == "in_transit") && err == nil:
		return say.Say("On its way to the bank, expected on %s.", say.Day(at))
	case state == "pending" || state == "in_transit":
		return say.Say("On its way to the bank.")
	}
	return ""
}
