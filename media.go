package rapport

// Media is what a file turned out to be when it was measured; zero means that nothing could be said.
type Media struct {
	Width    int     `json:"width,omitempty"`  // pixels
	Height   int     `json:"height,omitempty"` // pixels
	Seconds  float64 `json:"seconds,omitempty"`
	HasAudio bool    `json:"has_audio,omitempty"`
	// Problem says why nothing or not all is known: too_large, timeout, broken, no_tool. Empty means measured.
	Problem string `json:"problem,omitempty"`
}

// ContentRules is what a campaign asks of its content beside the words that must be in it; zero fields ask for nothing.
type ContentRules struct {
	Markets      []string `json:"markets,omitempty"`   // where it is shown: ISO 3166-1 alpha-2; without any, the creator's country
	Regulated    string   `json:"regulated,omitempty"` // a category that law is strict about: see RegulatedCategories
	Banned       []string `json:"banned,omitempty"`    // words that must not be in the caption
	MediaTypes   []string `json:"media_types,omitempty"`
	MaxMegabytes int      `json:"max_megabytes,omitempty"`
	MinSeconds   int      `json:"min_seconds,omitempty"`
	MaxSeconds   int      `json:"max_seconds,omitempty"`
	AspectRatios []string `json:"aspect_ratios,omitempty"` // such as 9:16
	// Spoken asks the creator of a video to declare that the disclosure is both spoken and written in it.
	Spoken bool `json:"spoken,omitempty"`
}

// Span is a part of a caption, counted in Unicode code points; To is behind its last one.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}
