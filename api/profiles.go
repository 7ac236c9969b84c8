package api

import (
	"context"

	"rapport"
	"rapport/api/gen"
)

// GetCreatorProfile is not built yet.
func (s *Server) GetCreatorProfile(_ context.Context, _ gen.GetCreatorProfileRequestObject) (gen.GetCreatorProfileResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// EditCreatorProfile is not built yet.
func (s *Server) EditCreatorProfile(_ context.Context, _ gen.EditCreatorProfileRequestObject) (gen.EditCreatorProfileResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// ListDuplicates is not built yet.
func (s *Server) ListDuplicates(_ context.Context, _ gen.ListDuplicatesRequestObject) (gen.ListDuplicatesResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// MergeCreator is not built yet.
func (s *Server) MergeCreator(_ context.Context, _ gen.MergeCreatorRequestObject) (gen.MergeCreatorResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// ListCreatorMerges is not built yet.
func (s *Server) ListCreatorMerges(_ context.Context, _ gen.ListCreatorMergesRequestObject) (gen.ListCreatorMergesResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// UndoCreatorMerge is not built yet.
func (s *Server) UndoCreatorMerge(_ context.Context, _ gen.UndoCreatorMergeRequestObject) (gen.UndoCreatorMergeResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// ListCreatorFields is not built yet.
func (s *Server) ListCreatorFields(_ context.Context, _ gen.ListCreatorFieldsRequestObject) (gen.ListCreatorFieldsResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// CreateCreatorField is not built yet.
func (s *Server) CreateCreatorField(_ context.Context, _ gen.CreateCreatorFieldRequestObject) (gen.CreateCreatorFieldResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// ArchiveCreatorField is not built yet.
func (s *Server) ArchiveCreatorField(_ context.Context, _ gen.ArchiveCreatorFieldRequestObject) (gen.ArchiveCreatorFieldResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}
