package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"rapport"
)

// Poster gives the client the domain's words.
type Poster struct{ Client *Client }

// FetchPost looks at a published post. An address that may not be fetched is rapport.ErrPostRefused; any other error means that
// nothing is known now.
func (p Poster) FetchPost(ctx context.Context, url string) (rapport.FetchedPost, error) {
	page, err := p.Client.Get(ctx, url)
	post := rapport.FetchedPost{
		FinalURL: page.FinalURL, Text: page.Text, Body: page.Body, SHA256: page.RawSHA256[:], Authors: page.Authors, PublishedAt: page.PublishedAt,
	}
	switch {
	case errors.Is(err, ErrBadURL), errors.Is(err, ErrForbiddenAddress):
		return rapport.FetchedPost{}, fmt.Errorf("%w: %w", rapport.ErrPostRefused, err)
	case err != nil:
		return rapport.FetchedPost{}, err
	case page.Status == http.StatusNotFound || page.Status == http.StatusGone:
		post.Gone = true
	case page.Status != http.StatusOK:
		return rapport.FetchedPost{}, fmt.Errorf("status %d", page.Status)
	}
	return post, nil
}
