package command

import (
	"context"
	"errors"

	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// noteFailures prints as notes which images could not be fetched or sent. It
// returns the other errors, and all of them after an interruption.
func noteFailures(ctx context.Context, s *session.Session, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	var other []error
	for _, one := range list {
		var failed *image.RegistryError
		if !errors.As(one, &failed) {
			other = append(other, one)
			continue
		}
		s.Note(one.Error())
	}
	return errors.Join(other...)
}
