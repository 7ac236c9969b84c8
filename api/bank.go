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
	return &gen.BankArrival{State: gen.BankArrivalState(a.State), Words: arrivalWords(a.State, a.On), ReadAt: a.ReadAt}
}

// arrivalWords say how money stands at a creator's bank. Nothing that a bank reports is final for some days.
func arrivalWords(state, on string) string {
	date := ""
	if at, err := time.Parse(time.DateOnly, on); err == nil {
		date = " on " + at.Format("2 January 2006")
	}
	switch state {
	case "paid":
		return "Arrived at the bank" + date + ", as the bank reports it; it may still be returned."
	case "failed":
		return "Returned by the bank."
	case "canceled":
		return "Not sent to the bank: it was cancelled there."
	case "pending", "in_transit":
		return "On its way to the bank, expected" + date + "."
	}
	return ""
}
