"""zmqreport plot and html: every kind makes a picture that says what it shows; nothing is requested
by the page."""

import html.parser
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree

from report_common import BUILD, ReportTest, make_results

# By kind of plot, what its axis is in; of a kind that is not named here nothing is expected.
UNITS = {"size": "bit/s", "rate": "/s", "scaling": "bit/s", "loss": " in ", "cpu": " in ", "time": "bit/s", "matrix": "bit/s"}


@unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")
class Plot(ReportTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = make_results(cls.folder / "r.h5", points=64)
        cls.other = make_results(cls.folder / "o.h5", points=32, seed=2, name="far")

    def words(self, path):
        """All text of an SVG picture."""
        tree = xml.etree.ElementTree.parse(path)
        return " | ".join("".join(node.itertext()).strip() for node in tree.iter() if node.tag.endswith("}text"))

    def test_kinds_say_what_they_show(self):
        help_text = re.search(r"--kind KIND(.*?)--where", self.succeed("plot", "--help"), re.S)[1]
        kinds = re.findall(r"(\w+): ", help_text)
        self.assertLessEqual(set(UNITS), set(kinds))
        for kind in kinds:
            path = self.folder / f"{kind}.svg"
            self.assertEqual(self.succeed("plot", self.file, "-o", path, "--kind", kind), "")
            words = self.words(path)
            for word in ("node00 and node01", "2026-11-24", "libzmq 4.3.4", "repetitions", UNITS.get(kind, "")):
                self.assertIn(word, words, kind)
        self.assertIn("64 KiB", self.words(self.folder / "size.svg"))
        self.assertIn("96.9 % interval", self.words(self.folder / "size.svg"))
        self.assertRegex(self.words(self.folder / "matrix.svg"), r"median of \d+ valid repetitions")

    def test_formats_follow_the_name(self):
        for ending, start in (("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")):
            path = self.folder / f"format.{ending}"
            self.succeed("plot", self.file, "-o", path, "--size-inches", "6x4", "--title", "It's 'quoted' 50%")
            self.assertTrue(path.read_bytes().startswith(start))
        self.assertIn("It's 'quoted' 50%", self.words(self.folder / "format.svg"))
        self.assertEqual(list(self.folder.glob("*.partial")), [])

    def test_several_files_are_told_apart_by_labels(self):
        path = self.folder / "two.svg"
        self.succeed("plot", self.file, self.other, "-o", path, "--label", "before", "--label", "after",
                     "--where", "pairs=1")
        words = self.words(path)
        self.assertIn("push-pull, copy, before", words)
        self.assertIn("pub-sub, zero-copy, after", words)
        self.assertIn("after: hosts far00 and far01", words)

    def test_data_can_be_drawn_again(self):
        path = self.folder / "again.png"
        self.succeed("plot", self.file, "-o", path, "--data")
        before = path.read_bytes()
        path.unlink()
        subprocess.run(["gnuplot", "again.gp"], cwd=self.folder, check=True, timeout=60)
        self.assertEqual(path.read_bytes(), before)
        self.assertIn("# series 0", (self.folder / "again.dat").read_text())

    def test_a_missing_gnuplot_is_one_line(self):
        path = self.folder / "none.png"
        line = self.refuse(1, "plot", self.file, "-o", path, environment={"PATH": "/nonexistent"})
        self.assertIn("gnuplot-nox", line)
        self.assertFalse(path.exists())

    def test_what_cannot_be_drawn_is_refused(self):
        invalid = make_results(self.folder / "invalid.h5", points=3, invalid=1)
        for kind in ("size", "loss", "matrix"):
            self.assertIn("no valid point", self.refuse(1, "plot", invalid, "-o", self.folder / "n.png", "--kind", kind))
        self.assertIn("cannot be written", self.refuse(1, "plot", self.file, "-o", "/no/such/folder/x.png"))
        self.assertIn("no point 999", self.refuse(1, "plot", self.file, "-o", self.folder / "n.png", "--kind", "time",
                                                  "--point", "999"))

    def test_one_point_and_a_thousand_are_drawn(self):
        for count in (1, 1000):
            path = make_results(self.folder / f"{count}.h5", points=count)
            self.succeed("plot", path, "-o", self.folder / f"{count}.png")

    def test_a_matrix_of_64_hosts_is_drawn(self):
        path = make_results(self.folder / "h.h5", points=1, hosts=64, ranks=2 * 64 * 6 * 4)
        self.succeed("plot", path, "-o", self.folder / "h.svg", "--kind", "matrix")
        self.assertIn("64 hosts, node00 to node63", self.words(self.folder / "h.svg"))


class Page(html.parser.HTMLParser):
    """Collects what would be requested, checks that tags close, counts rows."""

    VOID = {"meta", "br", "link", "img", "input"}

    def __init__(self):
        super().__init__()
        self.open, self.links, self.rows = [], [], 0

    def handle_starttag(self, tag, attributes):
        self.rows += tag == "tr"
        self.links += [value for name, value in attributes if name in ("src", "href", "xlink:href", "action")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


class Html(ReportTest):
    def test_the_page_is_well_formed_and_requests_nothing(self):
        path = make_results(self.folder / "r.h5", points=32)
        text = self.succeed("html", path, path, "--label", "<b>&", "--label", "two", "--title", "A & B")
        page = Page()
        page.feed(text)
        self.assertEqual((page.open, page.links), ([], []))
        self.assertGreater(page.rows, 64)
        self.assertIn("<h1>A &amp; B</h1>", text)
        self.assertIn("&lt;b&gt;&amp;", text)
        self.assertNotRegex(text, r"(?i)https?:|url\(|@import|fetch\(|XMLHttpRequest")
        self.assertIn("interval 1.", text)
        self.assertIn("default-src 'none'", text)

    def test_a_page_of_invalid_points_names_their_flags(self):
        path = make_results(self.folder / "i.h5", points=3, invalid=1)
        text = self.succeed("html", path)
        self.assertEqual(text.count("invalid: few_messages"), 3)

    def dump(self, page):
        """What Chromium makes of a page of this test's folder, after its scripts."""
        done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
                               "--virtual-time-budget=5000", "--dump-dom", f"file://{self.folder}/{page}"],
                              capture_output=True, text=True, timeout=120, check=True)
        return done.stdout

    @unittest.skipUnless(shutil.which("chromium"), "there is no chromium")
    def test_scripts_run_and_nothing_overflows_in_chromium(self):
        """Its scripts run, and at the width of a phone and of a desk nothing reaches out of the
        page."""
        path = make_results(self.folder / "c.h5", points=32)
        self.succeed("html", path, "-o", self.folder / "c.html")
        self.assertRegex(self.dump("c.html"), r'class="hit"[^>]*aria-label="push-pull')
        for width in (390, 1280):
            (self.folder / "frame.html").write_text(
                f'<iframe id="page" width="{width}" height="800" style="border:0" src="c.html"></iframe><script>page.onload = () =>'
                "{ document.body.title = 'needs ' + page.contentDocument.documentElement.scrollWidth }</script>")
            needs = re.search(r'title="needs (\d+)"', self.dump("frame.html"))
            self.assertIsNotNone(needs)
            self.assertLessEqual(int(needs.group(1)), width)


class Manual(unittest.TestCase):
    def test_the_manual_page_has_every_subcommand(self):
        text = (BUILD / "zmqreport.1").read_text()
        for name in ("show", "csv", "plot", "compare", "html", "recover"):
            self.assertIn(f".SS zmqreport {name}", text)
        if shutil.which("groff"):
            done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", BUILD / "zmqreport.1"], capture_output=True,
                                  text=True, timeout=60, check=True)
            self.assertEqual(done.stderr, "")
            self.assertIn("--where", re.sub("\033\\[[0-9;]*m|.\b", "", done.stdout))


if __name__ == "__main__":
    unittest.main()
