package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// hitOptions ask for a short excerpt or two with marks around what was found.
const hitOptions = "StartSel=" + rapport.HitBegins + ", StopSel=" + rapport.HitEnds + `, MaxFragments=2, FragmentDelimiter=" … ", MaxWords=28, MinWords=14`

// SearchTexts finds what was written in the brands of the scope, newest first, as far as the context's viewer may read it.
func (s *Store) SearchTexts(ctx context.Context, f rapport.TextFilter, page rapport.Page) ([]rapport.TextHit, []string, error) {
	params := gen.SearchTextsParams{
		Words: f.Words, FirstWord: firstWord(f.Words), Marks: rapport.HitBegins + rapport.HitEnds, Options: hitOptions, PortalTag: "{{" + rapport.PortalTag + "}}", Viewer: rapport.ViewerFrom(ctx),
		Kind: textOrNil(f.Kind), BrandID: f.BrandID, CreatorID: f.CreatorID, CampaignID: f.CampaignID, FromAt: f.From, ToAt: f.To, HasFiles: f.HasFiles, MaxRows: int32(page.Limit + 1),
	}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.TextHit, error) {
		rows, err := s.q.SearchTexts(ctx, tx, params)
		if err != nil {
			return nil, fmt.Errorf("search texts: %w", err)
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[len(rows)-1].At, rows[len(rows)-1].ID)
		}
		list := make([]rapport.TextHit, len(rows))
		for i, r := range rows {
			list[i] = rapport.TextHit{
				Kind: r.Kind, ID: r.ID, PartnershipID: r.PartnershipID, ThreadID: r.ThreadID, ReviewID: r.ReviewID, Direction: r.Direction, Channel: r.Channel, Title: r.Title,
				Author: r.Author, Files: int(r.Files), CreatorName: r.CreatorName, CampaignName: r.CampaignName, BrandName: r.BrandName, Snippet: rapport.SplitHits(r.Snippet), At: r.At,
			}
		}
		return list, nil
	})
	return list, next, err
}

// firstWord is where a very long text is looked at: around the first word that must be there.
func firstWord(words string) string {
	for w := range strings.FieldsSeq(strings.ToLower(words)) {
		if w = strings.Trim(w, `"`); w != "" && w[0] != '-' {
			return w
		}
	}
	return ""
}
