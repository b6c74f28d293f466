package view

import (
	"reflect"
	"strings"
	"text/template/parse"
)

// A template prints what its author wrote as it stands, line ends and colours
// too. What comes from a row is sanitized: parseTemplate puts a call of this function
// around each value of a row that is printed, or is an argument of a function
// that is. The function json alone gets values as they are, for it quotes them.
const cleanName = "clean"

// cleanActions puts the calls into all that a list of nodes prints.
func cleanActions(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 { // a variable is cleaned where it is printed
				cleanPipe(n.Pipe)
			}
		case *parse.IfNode:
			cleanBranches(&n.BranchNode)
		case *parse.RangeNode:
			cleanBranches(&n.BranchNode)
		case *parse.WithNode:
			cleanBranches(&n.BranchNode)
		}
	}
}

func cleanBranches(b *parse.BranchNode) {
	cleanActions(b.List)
	cleanActions(b.ElseList)
}

func cleanPipe(p *parse.PipeNode) {
	for i, c := range p.Cmds {
		switch {
		case calls(c, "json") || i+1 < len(p.Cmds) && calls(p.Cmds[i+1], "json"):
		case isValue(c.Args[0]) && len(c.Args) == 1:
			p.Cmds[i] = cleanCall(c.Args[0])
		case calls(c, "index") && i == 0: // by a key as it is, so what it finds is cleaned
			p.Cmds[i] = cleanCall(pipe(c))
		default:
			for j, a := range c.Args[1:] {
				if inner, ok := a.(*parse.PipeNode); ok {
					cleanPipe(inner)
				} else if isValue(a) {
					c.Args[j+1] = pipe(cleanCall(a))
				}
			}
		}
	}
}

// cleanCall is the call around a value.
func cleanCall(value parse.Node) *parse.CommandNode {
	at := value.Position()
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: at, Args: []parse.Node{parse.NewIdentifier(cleanName).SetPos(at), value}}
}

// pipe is a command in parentheses.
func pipe(c *parse.CommandNode) *parse.PipeNode {
	return &parse.PipeNode{NodeType: parse.NodePipe, Pos: c.Pos, Cmds: []*parse.CommandNode{c}}
}

// calls reports whether a command is a call of a function.
func calls(c *parse.CommandNode, function string) bool {
	f, ok := c.Args[0].(*parse.IdentifierNode)
	return ok && f.Ident == function
}

// isValue reports whether a node is something of a row.
func isValue(n parse.Node) bool {
	switch n.Type() {
	case parse.NodeDot, parse.NodeField, parse.NodeVariable, parse.NodeChain, parse.NodePipe:
		return true
	}
	return false
}

// cleaned returns a copy of a value in which all texts are sanitized.
func cleaned(value any) any {
	if value == nil {
		return nil
	}
	v := reflect.ValueOf(value)
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	cleanValue(out)
	return out.Interface()
}

func cleanValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(sanitize(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				cleanValue(f)
			}
		}
	case reflect.Slice:
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(out, v)
		for i := range out.Len() {
			cleanValue(out.Index(i))
		}
		if !v.IsNil() {
			v.Set(out)
		}
	case reflect.Map:
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for _, k := range v.MapKeys() {
			out.SetMapIndex(cleanCopy(k), cleanCopy(v.MapIndex(k)))
		}
		v.Set(out)
	case reflect.Interface:
		if !v.IsNil() {
			v.Set(cleanCopy(v.Elem()))
		}
	}
}

func cleanCopy(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	cleanValue(out)
	return out
}

// asJSON is docker's json, but for what is not printable.
func asJSON(v any) (string, error) {
	var b strings.Builder
	err := newEncoder(&b).Encode(v)
	return strings.TrimSpace(b.String()), err
}
