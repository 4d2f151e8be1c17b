package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// What is sealed has one reader: the table is named in one file, and vaults
// are handed out by stores alone.
const (
	sealedTable  = "sealed_positions"
	sealedReader = "server/internal/store/sealed.go"
)

var vaultKeepers = []string{"server/internal/store", "scheduling/schedulingtest"}

// sealed finds other readers. Tests of the store look for traces of what is
// sealed, and this one names what it fences.
func (f *goFile) sealed() (found []string) {
	if f.test {
		return nil
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind == token.STRING && strings.Contains(n.Value, sealedTable) && f.name != sealedReader {
				found = append(found, fmt.Sprintf("%s: reads what is sealed: only %s may", f.set.Position(n.Pos()), sealedReader))
			}
		case *ast.SelectorExpr:
			if n.Sel.Name == "UseVault" && !slices.Contains(vaultKeepers, f.dir) {
				found = append(found, fmt.Sprintf("%s: hands out a vault: only stores may", f.set.Position(n.Pos())))
			}
		}
		return true
	})
	return found
}
