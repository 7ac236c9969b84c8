package api

import (
	"context"

	"rapport"
	"rapport/api/gen"
)

// SearchTexts is not built yet.
func (s *Server) SearchTexts(_ context.Context, _ gen.SearchTextsRequestObject) (gen.SearchTextsResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}
