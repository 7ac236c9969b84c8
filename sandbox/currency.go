package sandbox

import "strings"

// Currencies that have no decimals in Stripe's amounts, those that have two there but must be whole, those whose bank payouts
// must be whole, and those with three decimals of which the last is zero.
const (
	zeroDecimal  = " bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf "
	wholeAmounts = " isk ugx "
	wholePayouts = " huf twd "
	threeDecimal = " bhd jod kwd omr tnd "
	twoDecimal   = " aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve" +
		" czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr jmd kes kgs khr kyd kzt lak lbp lkr lrd" +
		" lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr" +
		" sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah usd uyu uzs wst xcd yer zar zmw "
)

func inList(list, code string) bool {
	return len(code) == 3 && strings.Contains(list, " "+code+" ")
}

func knownCurrency(code string) bool {
	for _, list := range []string{zeroDecimal, wholeAmounts, threeDecimal, twoDecimal} {
		if inList(list, code) {
			return true
		}
	}
	return false
}

// amountStep is what an amount in the currency must be a multiple of.
func amountStep(code string) int64 {
	switch {
	case inList(wholeAmounts, code):
		return 100
	case inList(threeDecimal, code):
		return 10
	default:
		return 1
	}
}

// payoutStep is what a bank payout in the currency must be a multiple of.
func payoutStep(code string) int64 {
	if inList(wholePayouts, code) {
		return 100
	}
	return amountStep(code)
}
