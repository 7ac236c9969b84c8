package sandbox

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// What is left to whoever looks on, in the partnerships of one creator. Everybody else's goes on by itself, so that every queue has
// something in it and money is paid all the same.
const (
	holdOffer    = "offer"
	holdContract = "contract"
	holdReview   = "review"
	holdLegal    = "legal"
	holdPrepare  = "prepare"
	holdRelease  = "release"
	holdRenewal  = "renewal"
	holdPayout   = "payout" // the preparer holds it, with a reason
)

// What becomes of single partnerships.
const (
	fatePause     = "pause"
	fateTerminate = "terminate"
	fateBan       = "ban"
)

// member is a creator of the sample world.
type member struct {
	name, handle, platform, country string
	followers                       int
	tags                            string
	persona                         string // empty: no address is known
	campaigns                       []int  // indices into campaignPlans
	email, hold, fate               string
}

// rosterRows are the creators; how they behave follows from their place in the list.
var rosterRows = []member{
	{name: "Aria Vance", handle: "ariaclimbs", platform: "instagram", country: "US", followers: 48_200, tags: "climbing;outdoor"},
	{name: "Benno Kessler", handle: "bennounterwegs", platform: "youtube", country: "DE", followers: 112_000, tags: "hiking;vanlife"},
	{name: "Camille Roussel", handle: "camilleaufil", platform: "instagram", country: "FR", followers: 67_500, tags: "slow fashion;sewing"},
	{name: "Dario Bellini", handle: "dariosulsentiero", platform: "youtube", country: "IT", followers: 54_300, tags: "trail running"},
	{name: "Edith Solberg", handle: "edithonskis", platform: "instagram", country: "NO", followers: 38_900, tags: "ski touring;winter"},
	{name: "Finn O'Hara", handle: "finnfoundawave", platform: "tiktok", country: "IE", followers: 203_000, tags: "surf;sea"},
	{name: "Greta Lindholm", handle: "gretaknits", platform: "instagram", country: "SE", followers: 41_700, tags: "knitting;wool"},
	{name: "Hugo Martins", handle: "hugonomar", platform: "instagram", country: "PT", followers: 29_400, tags: "surf;photography"},
	{name: "Ivy Castellan", handle: "ivypacksup", platform: "tiktok", country: "US", followers: 158_000, tags: "camping;gear"},
	{name: "Jonas Brandvik", handle: "jonasbivvies", platform: "youtube", country: "NO", followers: 88_100, tags: "bikepacking"},
	{name: "Kaya Demirel", handle: "kayaontherock", platform: "instagram", country: "DE", followers: 51_600, tags: "bouldering"},
	{name: "Lior Adler", handle: "liorwalksfar", platform: "youtube", country: "US", followers: 240_000, tags: "thru-hiking"},
	{name: "Mina Park", handle: "minamakesdinner", platform: "tiktok", country: "US", followers: 310_000, tags: "camp cooking"},
	{name: "Nils Aalto", handle: "nilsinthenorth", platform: "instagram", country: "FI", followers: 36_800, tags: "canoe;forest"},
	{name: "Oona Rafferty", handle: "oonabythesea", platform: "instagram", country: "IE", followers: 73_200, tags: "cold water;linen"},
	{name: "Pau Ferrer", handle: "paupedala", platform: "youtube", country: "ES", followers: 97_400, tags: "gravel;cycling"},
	{name: "Quinn Abara", handle: "quinnoutside", platform: "tiktok", country: "IE", followers: 185_000, tags: "family camping"},
	{name: "Rosa van Dijk", handle: "rosametlinnen", platform: "instagram", country: "NL", followers: 45_900, tags: "linen;interiors"},
	{name: "Sami Heikkinen", handle: "samihikes", platform: "youtube", country: "FI", followers: 62_300, tags: "hiking;maps"},
	{name: "Tilda Grön", handle: "tildavidhavet", platform: "instagram", country: "SE", followers: 83_700, tags: "archipelago;home"},
	{name: "Uma Krishnan", handle: "umaupstream", platform: "youtube", country: "GB", followers: 71_900, tags: "kayak;rivers"},
	{name: "Vito Marchetti", handle: "vitoinvetta", platform: "instagram", country: "IT", followers: 58_000, tags: "alpine"},
	{name: "Wren Halloway", handle: "wrenmends", platform: "tiktok", country: "GB", followers: 129_000, tags: "mending;repair"},
	{name: "Xenia Vogt", handle: "xeniaamstrand", platform: "instagram", country: "DE", followers: 39_600, tags: "beach;linen"},
	{name: "Yannick Leroy", handle: "yannicksousvoile", platform: "youtube", country: "FR", followers: 104_000, tags: "sailing"},
	{name: "Zoe Whitaker", handle: "zoeslowdays", platform: "instagram", country: "GB", followers: 92_800, tags: "slow living"},
	{name: "Anders Holm", handle: "andersontrail", platform: "instagram", country: "DK", followers: 33_500, tags: "running"},
	{name: "Bea Montoya", handle: "beaysumochila", platform: "tiktok", country: "ES", followers: 147_000, tags: "backpacking"},
	{name: "Caleb Stone", handle: "calebcarries", platform: "youtube", country: "US", followers: 276_000, tags: "gear reviews"},
	{name: "Dorte Mikkelsen", handle: "dortesyr", platform: "instagram", country: "DK", followers: 27_800, tags: "sewing;linen"},
	{name: "Elio Conti", handle: "eliofuoripista", platform: "instagram", country: "IT", followers: 81_200, tags: "freeride"},
	{name: "Freya Nordin", handle: "freyafikar", platform: "tiktok", country: "SE", followers: 166_000, tags: "outdoor coffee"},
	{name: "Gwen Ashby", handle: "gwenwildswim", platform: "instagram", country: "GB", followers: 55_100, tags: "wild swimming"},
	{name: "Hanno Richter", handle: "hannohuette", platform: "youtube", country: "AT", followers: 119_000, tags: "mountain huts"},
	{name: "Isla McBride", handle: "islaonislands", platform: "instagram", country: "GB", followers: 64_400, tags: "islands;walking"},
	{name: "Jules Perrin", handle: "julesenroute", platform: "tiktok", country: "FR", followers: 138_000, tags: "vanlife"},
	{name: "Kirsten Bauer", handle: "kirstenklettert", platform: "instagram", country: "AT", followers: 43_000, tags: "climbing"},
	{name: "Leif Strand", handle: "leifwaxes", platform: "youtube", country: "NO", followers: 49_700, tags: "nordic skiing"},
	{name: "Marisol Vega", handle: "marisolteje", platform: "instagram", country: "ES", followers: 70_800, tags: "weaving;natural dye"},
	{name: "Noa Silva", handle: "noanomato", platform: "tiktok", country: "PT", followers: 121_000, tags: "foraging"},
	{name: "Otis Grant", handle: "otisonwheels", platform: "youtube", country: "US", followers: 193_000, tags: "mountain bike"},
	{name: "Petra Zimmer", handle: "petrapackt", platform: "instagram", country: "DE", followers: 37_300, tags: "minimalism;travel"},
	{name: "Remy Dubois", handle: "remybricole", platform: "youtube", country: "BE", followers: 76_500, tags: "woodwork;cabins"},
	{name: "Signe Dahl", handle: "signesyner", platform: "instagram", country: "DK", followers: 88_900, tags: "photography;coast"},
	{name: "Tomasz Wilk", handle: "tomaszwgorach", platform: "tiktok", country: "PL", followers: 152_000, tags: "mountains"},
	{name: "Una Byrne", handle: "unaoutdoors", platform: "instagram", country: "IE", followers: 31_900, tags: "family;outdoor"},
	{name: "Viggo Lund", handle: "viggovandrar", platform: "youtube", country: "SE", followers: 59_800, tags: "long trails"},
	{name: "Willa Pryce", handle: "willaweekends", platform: "tiktok", country: "US", followers: 224_000, tags: "weekend trips"},
	{name: "Ximena Rojas", handle: "ximenacorre", platform: "instagram", country: "US", followers: 46_600, tags: "trail running"},
	{name: "Yrsa Thorsen", handle: "yrsastrikker", platform: "instagram", country: "NO", followers: 52_700, tags: "knitting;coast"},
	{name: "Zev Holloway", handle: "zevzeltplatz", platform: "youtube", country: "DE", followers: 68_200, tags: "camping"},
	{name: "Alba Romero", handle: "albaalaire", platform: "instagram", country: "ES", followers: 79_900, tags: "paragliding"},
	{name: "Bram de Wit", handle: "bramopwater", platform: "tiktok", country: "NL", followers: 134_000, tags: "rowing;water"},
	{name: "Clio Barnes", handle: "cliocutsitout", platform: "instagram", country: "GB", followers: 61_300, tags: "pattern cutting"},
	{name: "Devin Marsh", handle: "devinuphill", platform: "youtube", country: "CA", followers: 107_000, tags: "backcountry"},
	{name: "Emeka Obi", handle: "emekatreks", platform: "instagram", country: "GB", followers: 84_600, tags: "trekking"},
	{name: "Frida Koller", handle: "fridaamfels", platform: "tiktok", country: "CH", followers: 141_000, tags: "climbing;travel"},
	{name: "Gil Navarro", handle: "gilalamar", platform: "instagram", country: "ES", followers: 35_700, tags: "freediving"},
	{name: "Hazel Quist", handle: "hazelhomespun", platform: "instagram", country: "US", followers: 90_400, tags: "home;linen"},
	{name: "Ingo Falk", handle: "ingoimzelt", platform: "youtube", country: "DE", followers: 44_800, tags: "ultralight"},
	{name: "Juno Adeyemi", handle: "junojourneys", platform: "instagram", country: "GB", followers: 57_400, tags: "travel"},
	{name: "Kit Sorensen", handle: "kitkeepswalking", platform: "tiktok", country: "US", followers: 99_100, tags: "walking"},
	{name: "Lotte Haas", handle: "lottelebtlangsam", platform: "instagram", country: "DE", followers: 30_200, tags: "slow living"},
}

// unaddressed is how many creators at the end of the list have no address: the import makes a task for each.
const unaddressed = 3

// roster gives everybody of the sample world with address, behaviour and campaigns, always the same.
func roster() []member {
	kinds := []string{
		personaEager, personaHaggle, personaSlow, personaEager, personaLatecomer, personaNever, personaEager, personaEditor, personaSlow,
		personaDecline, personaEager, personaOOO, personaHaggle, personaEager, personaLatecomer, personaSlow, personaEager, personaEditor,
		personaNever, personaEager,
	}
	holds := []string{
		"", holdReview, "", holdContract, "", holdLegal, holdOffer, holdReview, holdRenewal, "", holdRelease, "", holdPrepare, "", holdPayout, "", "", "", "",
	}
	fates := map[string]string{"kayaontherock": fatePause, "nilsinthenorth": fateTerminate, "andersontrail": fateBan}
	list := make([]member, len(rosterRows))
	goes := 0
	for i, m := range rosterRows {
		if i < len(rosterRows)-unaddressed {
			m.persona = kinds[i%len(kinds)]
			m.email = fmt.Sprintf("%s.%d@creators.example", m.persona, i+1)
			m.campaigns = []int{i % len(campaignPlans)}
			if i%len(campaignPlans) == 0 && i%4 == 0 && m.persona == personaEager { // some work for both brands
				m.campaigns = append(m.campaigns, len(campaignPlans)-1)
			}
		}
		m.fate = fates[m.handle]
		if answers := m.persona != "" && m.persona != personaNever && m.persona != personaDecline; answers {
			if m.fate == "" {
				m.hold = holds[goes%len(holds)]
			}
			goes++
		}
		list[i] = m
	}
	return list
}

func bareHandle(handle string) string { return strings.ToLower(strings.TrimPrefix(handle, "@")) }

// member is who has the handle, if it is somebody of the sample world.
func (w *World) member(handle string) (member, bool) {
	m, ok := w.roster[bareHandle(handle)]
	return m, ok
}

// spoken is the language in which whoever lives in a country reads our mails, where it is not English.
var spoken = map[string]string{"DE": "de", "AT": "de", "CH": "de"}

// rosterCSV is the list as an agency would send it: with one creator twice and some without an address.
func rosterCSV(asOf time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	members := roster()
	rows := make([][]string, 0, len(members)+2)
	rows = append(rows, []string{"name", "platform", "handle", "email", "country", "followers", "as of", "tags", "language"})
	for _, m := range append(members, members[4]) {
		rows = append(rows, []string{
			m.name, m.platform, "@" + m.handle, m.email, m.country, strconv.Itoa(m.followers), asOf.Format(time.DateOnly), m.tags, spoken[m.country],
		})
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write the list: %w", err)
	}
	return out.Bytes(), nil
}

// amount is money in minor units.
type amount struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

type deliverableTerms struct {
	Title        string `json:"title"`
	Platform     string `json:"platform"`
	Kind         string `json:"kind"`
	DraftDueDays int    `json:"draft_due_days"`
	PublishDays  int    `json:"publish_days"`
}

type milestoneTerms struct {
	Title       string `json:"title"`
	Trigger     string `json:"trigger"`
	Deliverable *int   `json:"deliverable,omitempty"`
	Percent     int    `json:"percent"`
	NetDays     int    `json:"net_days"`
	Bonus       int64  `json:"bonus,omitempty"`
	Threshold   *goal  `json:"threshold,omitempty"`
}

// goal is what a number of a post must reach for a bonus.
type goal struct {
	Metric     string `json:"metric"`
	AtLeast    int64  `json:"at_least"`
	WithinDays int    `json:"within_days"`
}

type contractTerms struct {
	Deliverables     []deliverableTerms `json:"deliverables"`
	Milestones       []milestoneTerms   `json:"milestones"`
	RevisionRounds   int                `json:"revision_rounds"`
	DurationDays     int                `json:"duration_days"`
	NoticeDays       int                `json:"notice_days"`
	UsageRightsDays  int                `json:"usage_rights_days,omitempty"`
	AllowlistingDays int                `json:"allowlisting_days,omitempty"`
	ExclusivityDays  int                `json:"exclusivity_days,omitempty"`
	RenewalOption    *renewalOption     `json:"renewal_option,omitempty"`
	ExtraClauses     string             `json:"extra_clauses,omitempty"`
}

// renewalOption is another term that the brand may take.
type renewalOption struct {
	Fee        int64 `json:"fee"`
	NoticeDays int   `json:"notice_days"`
}

// campaignPlan is a campaign of the sample world. brand is an index into the houses.
type campaignPlan struct {
	brand    int
	name     string
	brief    string
	budget   int64
	fee      int64
	currency string
	terms    contractTerms
	offer    string // what the offer says
	hashtags []string
	rules    contentRules
	code     string  // how promo codes begin; empty for none
	link     string  // what tracked links begin with; empty for none
	coded    float64 // how many creators have them
	big      int64   // the fee of who has very many followers; 0 for the same one
}

// contentRules is what a campaign asks of its content beside hashtags.
type contentRules struct {
	Markets      []string `json:"markets,omitempty"`
	Regulated    string   `json:"regulated,omitempty"`
	Banned       []string `json:"banned,omitempty"`
	MediaTypes   []string `json:"media_types,omitempty"`
	AspectRatios []string `json:"aspect_ratios,omitempty"`
	Spoken       bool     `json:"spoken,omitempty"`
}

const veryMany = 100_000

func (p campaignPlan) feeOf(m member) int64 {
	if p.big > 0 && m.followers >= veryMany {
		return p.big
	}
	return p.fee
}

// names tells whether a creator of the campaign has a code or a link of their own.
func (p campaignPlan) names(m member) bool {
	return (p.code != "" || p.link != "") && share(m.handle, p.name, "coded") < p.coded
}

func (p campaignPlan) codes(m member) (code, link string) {
	if !p.names(m) {
		return "", ""
	}
	if p.code != "" {
		code = p.code + "-" + strings.ToUpper(m.handle[:4])
	}
	if p.link != "" {
		link = p.link + "?from=" + m.handle
	}
	return code, link
}

// codeWords tell a creator of code and link, in the offer.
func (p campaignPlan) codeWords(m member) string {
	words := ""
	code, link := p.codes(m)
	if code != "" {
		words += " Your code is " + code + ": please name it in the caption."
	}
	if link != "" {
		words += " Your link is " + link
	}
	return words
}

// campaignPlans differ in length, deliverables and what money hangs on, so that every rule is seen within an hour of 30-second days.
var campaignPlans = []campaignPlan{
	{
		brand: 0, name: "Spring trail launch", budget: 12_000_000, fee: 150_000, big: 280_000, currency: "usd",
		hashtags: []string{"#ridgeline32"}, link: "https://northlight.example/ridgeline", coded: 0.5,
		rules: contentRules{Banned: []string{"waterproof", "unbreakable"}, MediaTypes: []string{"video"}, AspectRatios: []string{"16:9"}, Spoken: true},
		brief: "We are bringing out the Ridgeline 32, a light pack for two-day trips, and would like to see it on a trail you know well. " +
			"Show how you pack it and what you would leave at home. Please do not film in places that are closed to visitors, and do not " +
			"call it waterproof: it is water-resistant.",
		offer: "One film about a trip of your choice. We send you the pack two weeks before, and it stays with you.",
		terms: contractTerms{
			Deliverables: []deliverableTerms{{Title: "Trail film", Platform: "youtube", Kind: "video", DraftDueDays: 6, PublishDays: 9}},
			Milestones: []milestoneTerms{
				{Title: "On signature", Trigger: "signature", Percent: 30},
				{Title: "Three days after verification", Trigger: "verified", Deliverable: new(0), Percent: 70, NetDays: 3},
			},
			RevisionRounds: 2, DurationDays: 42, NoticeDays: 8, UsageRightsDays: 90, AllowlistingDays: 30,
		},
	},
	{
		brand: 0, name: "Basecamp stories", budget: 3_000_000, fee: 38_000, currency: "usd",
		hashtags: []string{"#ad", "#basecampstories"}, code: "CAMP", coded: 0.4,
		rules: contentRules{
			Markets: []string{"US", "GB"}, Banned: []string{"cheapest", "guaranteed"}, MediaTypes: []string{"image", "video"}, AspectRatios: []string{"9:16"},
		},
		brief: "Small moments from a camp: the first coffee, the wet socks, the view. No studio, no script. One reel and one story, filmed on " +
			"your own phone, with the Hearth stove somewhere in the picture. It is shown in the United States and the United Kingdom: begin with “#ad”.",
		offer: "One reel and one story from your next night outside. The stove is yours.",
		terms: contractTerms{
			Deliverables: []deliverableTerms{
				{Title: "Camp reel", Platform: "instagram", Kind: "reel", DraftDueDays: 3, PublishDays: 8},
				{Title: "Morning story", Platform: "instagram", Kind: "story", DraftDueDays: 5, PublishDays: 8},
			},
			Milestones: []milestoneTerms{
				{Title: "Reel approved", Trigger: "approval", Deliverable: new(0), Percent: 50},
				{Title: "Both verified", Trigger: "verified", Percent: 50, NetDays: 1},
				{Title: "Much seen", Trigger: "threshold", Deliverable: new(0), Bonus: 6_000, Threshold: &goal{Metric: "views", AtLeast: 20_000, WithinDays: 3}},
			},
			RevisionRounds: 1, DurationDays: 24, NoticeDays: 5, RenewalOption: &renewalOption{Fee: 42_000, NoticeDays: 7},
		},
	},
	{
		brand: 1, name: "Linen by the sea", budget: 10_000_000, fee: 120_000, big: 220_000, currency: "eur",
		hashtags: []string{"#linenbythesea"}, code: "TIDE", coded: 0.4,
		rules: contentRules{
			Markets: []string{"DE", "AT"}, Banned: []string{"sustainable", "eco-friendly"}, MediaTypes: []string{"image", "video"}, AspectRatios: []string{"9:16", "4:5"},
			Spoken: true,
		},
		brief: "Our summer linen is woven in Saxony and washed in rainwater. Wear it where you live, not where tourists go. A short film that " +
			"shows how it moves, and one picture we may print. It is shown in Germany and Austria: please begin the caption with “Anzeige”.",
		offer: "A short film and one picture in our summer linen, in your own light. You choose the pieces from the lookbook.",
		terms: contractTerms{
			Deliverables: []deliverableTerms{
				{Title: "Short film", Platform: "tiktok", Kind: "video", DraftDueDays: 5, PublishDays: 9},
				{Title: "Summer picture", Platform: "instagram", Kind: "post", DraftDueDays: 8, PublishDays: 9},
			},
			Milestones: []milestoneTerms{
				{Title: "On signature", Trigger: "signature", Percent: 25},
				{Title: "Film published", Trigger: "posted", Deliverable: new(0), Percent: 45, NetDays: 2},
				{Title: "Both verified", Trigger: "verified", Percent: 30, NetDays: 5},
			},
			RevisionRounds: 2, DurationDays: 50, NoticeDays: 10, UsageRightsDays: 365, ExclusivityDays: 30,
			ExtraClauses: "The creator does not wear another linen label in the same film.",
		},
	},
	{
		brand: 1, name: "Orchard evenings", budget: 6_000_000, fee: 65_000, currency: "eur",
		hashtags: []string{"#orchardevenings"},
		rules: contentRules{
			Markets: []string{"GB", "IE"}, Regulated: "alcohol", Banned: []string{"healthy", "relaxing"}, MediaTypes: []string{"image", "video"}, AspectRatios: []string{"9:16"},
			Spoken: true,
		},
		brief: "Ott's Orchard has us dress the tables of its cider season. One reel of a long table in the evening, with our tablecloth and their " +
			"bottle on it. Nobody under 25, nobody who drives, and no promises about what cider does. It is shown in the United Kingdom and Ireland: " +
			"begin with “#ad”.",
		offer: "One reel of an evening at your own table. We send the linen, and Ott's Orchard the cider.",
		terms: contractTerms{
			Deliverables: []deliverableTerms{{Title: "Evening reel", Platform: "instagram", Kind: "reel", DraftDueDays: 4, PublishDays: 9}},
			Milestones: []milestoneTerms{
				{Title: "Reel approved", Trigger: "approval", Deliverable: new(0), Percent: 40},
				{Title: "Reel verified", Trigger: "verified", Deliverable: new(0), Percent: 60, NetDays: 2},
			},
			RevisionRounds: 2, DurationDays: 30, NoticeDays: 6,
		},
	},
}
