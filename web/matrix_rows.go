package web

import (
	"parley/scheduling"
	"parley/web/locale"
)

// Rows is the body of the table, by venue. Roles repeat what the elements say,
// since cards on a phone change their display.
func (v *matrixView) Rows() handmade {
	m := &htmlBuilder{b: make([]byte, 0, 1024+len(v.Groups)*256+v.size())}
	for _, g := range v.Groups {
		m.write(`<tbody role="rowgroup">
<tr class="ven" role="row"><th colspan="`)
		m.number(v.Columns)
		m.write(`" scope="rowgroup" role="rowheader"><b><bdi>`)
		m.text(g.Venue)
		m.write(`</bdi></b><span class="muted">`)
		m.text(g.Said)
		m.write("</span></th></tr>\n")
		for i := range g.Rows {
			v.row(m, &g.Rows[i])
		}
		m.write("</tbody>\n")
	}
	return m.HTML()
}

// size is about how many bytes the rows take.
func (v *matrixView) size() int {
	n := 0
	for _, g := range v.Groups {
		n += len(g.Rows) * (1024 + len(v.Heads)*160)
	}
	return n
}

func (v *matrixView) row(m *htmlBuilder, row *matrixRow) {
	m.write(`<tr role="row"`)
	if row.Best {
		m.write(` class="best"`)
	}
	m.write(` id="slot-`)
	m.text(row.Label)
	m.write(`"><th scope="row" role="rowheader"><span class="lb">`)
	m.text(row.Label)
	m.write(`</span> <time datetime="`)
	m.text(row.ISO)
	m.write(`">`)
	m.text(row.When)
	m.write(`</time>`)
	for _, line := range [...]string{row.Hours, row.Changed, row.DecideBy, row.Room} {
		m.sub(line)
	}
	for _, line := range row.Feasts {
		m.sub(line)
	}
	if row.Best {
		m.write(`<span class="tag bar">`)
		m.text(v.Best)
		m.write(`</span>`)
	}
	if len(row.Acts) > 0 {
		m.write(`<span class="sub noprint">`)
		for _, act := range row.Acts {
			m.write(`<a href="`)
			m.text(act.Href) // a path on this site, made of a number and labels
			m.write(`">`)
			m.text(act.Text)
			m.write(`<span class="vh"> `)
			m.text(row.Label)
			m.write(`</span></a> `)
		}
		m.write(`</span>`)
	}
	m.write("</th>\n")
	v.standing(m, row)
	for i := range row.Cells {
		v.cell(m, &row.Cells[i])
	}
	m.write("</tr>\n")
}

// sub writes a small line, if there is one.
func (m *htmlBuilder) sub(line string) {
	if line != "" {
		m.write(`<small class="sub">`)
		m.text(line)
		m.write(`</small>`)
	}
}

// bold writes parts with the named ones in bold.
func (m *htmlBuilder) bold(parts []locale.Part) {
	for _, part := range parts {
		if part.Name == "" {
			m.text(part.Text)
			continue
		}
		m.write(`<b>`)
		m.text(part.Text)
		m.write(`</b>`)
	}
}

func (v *matrixView) standing(m *htmlBuilder, row *matrixRow) {
	m.write(`<td class="st" role="cell">`)
	if row.Strong {
		m.write(`<b>`)
		m.text(join(row.Standing))
		m.write(`</b>`)
	} else {
		m.bold(row.Standing)
	}
	if row.Conditions != "" {
		m.write(`<small>`)
		m.text(row.Conditions)
		m.write(`</small>`)
	}
	if len(row.Consents) > 0 {
		m.write(`<small class="cons">`)
		m.bold(row.Consents)
		m.write(`</small>`)
	}
	m.write("\n" + `<svg class="tally" viewBox="0 0 `)
	m.number(row.Total)
	m.write(` 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">`)
	x := 0
	for i, n := range row.Tally {
		if n == 0 {
			continue
		}
		m.write(`<rect class="b-`)
		m.text(marks[tallyOrder[i]])
		m.write(`" x="`)
		m.number(x)
		m.write(`" width="`)
		m.number(n)
		m.write(`" height="1"/>`)
		x += n
	}
	m.write(`</svg>`)
	if len(row.Exceptions) > 0 {
		m.write(`<span class="exc" aria-hidden="true">`)
		for _, e := range row.Exceptions {
			m.write(`<span><span class="a a-`)
			m.text(e.Class)
			m.write(`"><svg class="i" aria-hidden="true"><use href="#i-`)
			m.text(e.Class)
			m.write(`"/></svg><span class="vh">`)
			m.text(e.Word)
			m.write(`</span></span><span>`)
			m.text(e.Names)
			m.write(`</span></span>`)
		}
		m.write(`</span>`)
	}
	m.write(`</td>`)
}

// cell writes one answer. In the dense table the key below it gives the marks
// their names, since there are thousands of them.
func (v *matrixView) cell(m *htmlBuilder, c *matrixCell) {
	mark := marks[c.Level]
	if v.Dense {
		m.write(`<td class="c" role="cell" data-c="`)
		m.text(c.Head.Short)
	} else {
		m.write(`<td class="c" role="cell" data-n="`)
		m.text(c.Head.Name)
	}
	m.write(`"><span class="a a-`)
	m.text(mark)
	m.text(c.Extra)
	if v.Dense {
		m.write(`"><svg class="i" role="img" aria-labelledby="k-`)
		m.text(mark)
	} else {
		m.write(`"><svg class="i" aria-hidden="true" focusable="false`)
	}
	m.write(`"><use href="#i-`)
	m.text(mark)
	m.write(`"/></svg>`)
	if v.Dense {
		if c.Said != "" {
			m.write(`<span class="vh"> `)
			m.text(c.Said)
			m.write(`</span>`)
		}
		m.write(`</span></td>`)
		return
	}
	m.write(`<span>`)
	m.text(c.Word)
	m.write(`</span></span>`)
	if c.Note != nil {
		m.write(`<a class="fn" href="#`)
		m.text(c.Note.ID)
		m.write(`" aria-label="`)
		m.text(c.NoteLabel)
		m.write(`">`)
		m.text(c.Note.Letter)
		m.write(`</a>`)
	}
	m.sub(c.Said)
	m.write(`</td>`)
}

// newTally counts the answers of each level, in tallyOrder.
func newTally(st *scheduling.Standing) (t [5]int) {
	for i, l := range tallyOrder {
		t[i] = st.Count(l)
	}
	return t
}
