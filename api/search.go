package api

import (
	"context"

	"rapport"
	"rapport/api/gen"
)

// TextStore finds what was written.
type TextStore interface {
	SearchTexts(ctx context.Context, f rapport.TextFilter, page rapport.Page) ([]rapport.TextHit, []string, error)
}

// maxTexts is the longest page of what was found: each row's text is read and marked.
const maxTexts = 50

// SearchTexts finds messages, notes, contracts and captions by their words, newest first.
func (s *Server) SearchTexts(ctx context.Context, r gen.SearchTextsRequestObject) (gen.SearchTextsResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	page.Limit = min(page.Limit, maxTexts)
	store, err := storeAs[TextStore](s)
	if err != nil {
		return nil, err
	}
	hits, next, err := store.SearchTexts(ctx, rapport.TextFilter{
		Words: r.Params.Q, Kind: string(value(r.Params.Kind)), BrandID: r.Params.BrandId, CreatorID: r.Params.CreatorId, CampaignID: r.Params.CampaignId,
		From: r.Params.From, To: r.Params.To, HasFiles: r.Params.HasFiles,
	}, page)
	if err != nil {
		return nil, err
	}
	return gen.SearchTexts200JSONResponse{Items: each(hits, toTextHit), NextCursor: cursorOf(next)}, nil
}

func toTextHit(h rapport.TextHit) gen.TextHit {
	out := gen.TextHit{
		Kind: gen.TextHitKind(h.Kind), Id: h.ID, PartnershipId: h.PartnershipID, ThreadId: h.ThreadID, CreatorName: h.CreatorName, CampaignName: h.CampaignName, BrandName: h.BrandName,
		Title: textTitle(h), Author: orNil(h.Author), Files: h.Files, Link: textLink(h), At: h.At,
		Snippet: each(h.Snippet, func(p rapport.TextPart) gen.TextPart {
			return gen.TextPart{Text: p.Text, Hit: p.Hit}
		}),
	}
	if h.Direction != "" {
		direction := gen.TextHitDirection(h.Direction)
		out.Direction = &direction
	}
	return out
}

// textTitle is the subject, or what it is.
func textTitle(h rapport.TextHit) string {
	if h.Title != "" {
		return h.Title
	}
	return map[string]string{"email": "Mail", "portal": "Message from the creator's page", "dm": "Direct message", "call": "Call", "note": "Note"}[h.Channel]
}

// textLink is the page where exactly this is shown.
func textLink(h rapport.TextHit) string {
	switch {
	case h.Kind == rapport.TextContract:
		return "/contracts/" + h.ID.String()
	case h.Kind == rapport.TextCaption && h.ReviewID != nil:
		return "/reviews/" + h.ReviewID.String()
	case h.ThreadID != nil:
		return "/inbox?thread=" + h.ThreadID.String() + "&message=" + h.ID.String()
	}
	return "/partnerships/" + h.PartnershipID.String()
}
