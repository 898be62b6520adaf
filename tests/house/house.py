#!/usr/bin/python3
"""house.py [SOURCE [BUILD [TEST...]]] - checks the figures that keep the source tree easy to find
one's way in.

SOURCE is the project, BUILD a finished build of it. Each test is one figure; a message names the
file and what was found. tests/house/house.py                                     this tree,
build/release tests/house/house.py . build/release Names.test_...      one figure"""
import collections
import functools
import glob
import os
import re
import statistics
import subprocess
import sys
import tempfile
import unittest

FOLDER_FILES_MOST = 15
COLUMNS_MOST = 100
HEADER_LINES_MOST = 120
SOURCE_LINES_MOST = 450
FUNCTION_LINES_MEDIAN = 11
FUNCTION_LINES_MOST = 60

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BUILD = os.environ.get("TEST_BUILD", os.path.join(SOURCE, "build/release"))

Function = collections.namedtuple("Function", "name line lines")


def files(*kinds):
    """Paths below SOURCE of the files of src and include that end in one of `kinds`."""
    found = []
    for top in ("src", "include"):
        for folder, _, names in os.walk(os.path.join(SOURCE, top)):
            found += [os.path.relpath(os.path.join(folder, n), SOURCE) for n in names if n.endswith(kinds)]
    return sorted(found)


def read(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


# ---- Functions

ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)\s*")


def bare_code(text):
    """C without comments, directives and the insides of strings; every line stays where it was."""
    token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)

    def blank(match):
        quote = match.group()[0]
        return "\n" * match.group().count("\n") if quote == "/" else quote * 2

    text = token.sub(blank, text)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group().count("\n"), text, flags=re.MULTILINE)


def function_name(signature):
    """The name before the parameters, or None where there is none."""
    signature = ATTRIBUTE.sub("", signature)
    match = re.search(r"(\w+)\s*\(", signature)
    return match and match.group(1)


def functions(text):
    """The functions of a C file in the house's style: the brace that begins and the one that ends a
    body stand in column 0. Lines count from the signature's first to the closing brace."""
    lines = bare_code(text).split("\n")
    found = []
    for begin, line in enumerate(lines):
        if line.rstrip() != "{":
            continue
        first = begin
        while first > 0 and not re.match(r"[A-Za-z_]", lines[first]): # what goes on from the line above is indented
            first -= 1
        end = next((n for n in range(begin, len(lines)) if lines[n].startswith("}")), None)
        name = function_name("\n".join(lines[first:begin]))
        if name and end is not None:
            found.append(Function(name, first + 1, end - first + 1))
    return found


def all_functions():
    """(path, function) of src and include."""
    return [(path, function) for path in files(".c", ".h") for function in functions(read(path))]


# ---- Graphs


def circles(graph):
    """Sets of several nodes each of which leads to each other, by Tarjan's algorithm; `graph` maps
    a node to its successors."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def included(path, name, texts):
    """Which of our files, the keys of `texts`, a file includes by a name; None: none of them. As
    CMake has the compiler do it, it is looked up beside the file, in the folders above (the areas
    of src), and in include/."""
    folder = os.path.dirname(path)
    above = [folder] + [folder[: n.start()] for n in reversed(list(re.finditer("/", folder)))] + ["include"]
    places = [os.path.normpath(os.path.join(a, name)) for a in above]
    return next((place for place in places if place in texts), None)


def include_graph(texts):
    """What each file includes in quotes: {path: {path}} of {path: contents}."""
    names = {p: re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, flags=re.MULTILINE) for p, text in texts.items()}
    return {p: {included(p, name, texts) or name for name in names[p]} for p in texts}


def object_source(path):
    """The source of an object file, both relative: src/a/CMakeFiles/b.dir/c.c.o is of src/a/c.c."""
    match = re.fullmatch(r"(.*?)/?CMakeFiles/[^/]+\.dir/(.*)\.o", path)
    return match and os.path.join(match.group(1), match.group(2))


@functools.lru_cache(maxsize=None)
def symbols():
    """{file: {name that it defines for others: nm's letter}}, {file: names that it wants from
    others}, of the objects of src."""
    defined, wanted = collections.defaultdict(dict), collections.defaultdict(set)
    sources = set(files(".c"))
    paths = {p: object_source(os.path.relpath(p, BUILD)) for p in glob.glob(BUILD + "/**/*.c.o", recursive=True)}
    ours = [path for path, source in paths.items() if source in sources] # not of tests, nor left over from a file that has gone
    text = subprocess.run(["nm", "-AP", *ours], stdout=subprocess.PIPE, text=True, check=True).stdout if ours else ""
    for line in text.splitlines():
        path, _, rest = line.partition(": ")
        name, kind, *_ = rest.split()
        if kind in "TDBRCVW":
            defined[paths[path]][name] = kind
        elif kind == "U":
            wanted[paths[path]].add(name)
    return defined, wanted


def symbol_graph(defined, wanted):
    """Which file uses a symbol that which other defines."""
    where = {name: source for source, names in defined.items() for name in names if name != "main"}
    return {source: {where[n] for n in names if where.get(n, source) != source} for source, names in wanted.items()}


# ---- Names


def singular(word):
    return word[:-1] if word.endswith("s") else word


def has_prefix(name, modules):
    """Whether a name is a module's, or begins with a module's name (rows, row) and an
    underscore."""
    words = {word for module in modules for word in (module, singular(module))}
    return any(name == word or name.startswith(word + "_") for word in words)


def declared_in(texts):
    """{name of a function or variable: header that declares it}, of {path: contents}."""
    found = {}
    for path, text in texts.items():
        text = ATTRIBUTE.sub("", bare_code(text))
        for name in re.findall(r"^[A-Za-z_][\w\s*]*?\b(\w+)\s*[(\[;]", text, flags=re.MULTILINE):
            found[name] = path
    return found


def modules_of(source, header):
    """The names that a file's exports may begin with: its own, its folders' and its header's. A
    header that several files carry out is one module to its readers, who see the header."""
    parts = source[: -len(".c")].split("/")[1:]
    return parts + ([os.path.basename(header)[: -len(".h")]] if header else [])


# ---- Rooms


def cmake_links(text):
    """{library: set of the libraries that it links itself}, of what cmake --graphviz writes. A
    static library is an octagon, one of headers or of other libraries (INTERFACE) a pentagon;
    imported ones have a :: in their names."""
    node = r'^\s*"(node\d+)" \[ label = "([^"\\:]+)(?:\\n[^"]*)?", shape = (?:octagon|pentagon)'
    nodes = dict(re.findall(node, text, flags=re.MULTILINE))
    links = {name: set() for name in nodes.values()}
    for one, other in re.findall(r'^\s*"(node\d+)" -> "(node\d+)"', text, flags=re.MULTILINE):
        if one in nodes and other in nodes:
            links[nodes[one]].add(nodes[other])
    return links


@functools.lru_cache(maxsize=None)
def built_links():
    """The links between the libraries of src, from CMake, and the folders that are libraries."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "links.dot")
        subprocess.run(["cmake", "--graphviz=" + path, BUILD], stdout=subprocess.DEVNULL, check=True)
        with open(path, encoding="utf-8") as file:
            links = cmake_links(file.read())
    places = glob.glob(BUILD + "/src/**/CMakeFiles/*.dir", recursive=True)
    pairs = [(os.path.basename(p)[: -len(".dir")], os.path.relpath(p, BUILD).split("/CMakeFiles/")[0]) for p in places]
    return links, {folder for name, folder in pairs if name in links}


def drawn_links(text):
    """The same of a page's block ```rooms, whose lines are "library -> library library ..."; None
    without such a block."""
    block = re.search(r"^```rooms\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    if not block:
        return None
    lines = [line.partition("->") for line in block.group(1).splitlines() if line.strip()]
    return {name.strip(): set(links.split()) for name, _, links in lines}


# ---- The figures


class Figures(unittest.TestCase):
    maxDiff = None

    def none(self, found, what):
        """Fails with `what` and a line for each thing found."""
        if found:
            self.fail("%d: %s\n  %s" % (len(found), what, "\n  ".join(found)))


class Sizes(Figures):
    def test_no_folder_of_src_has_over_15_files(self):
        count = collections.Counter(os.path.dirname(p) for p in files(".c", ".h") if p.startswith("src/"))
        self.none(["%s: %d files" % f for f in sorted(count.items()) if f[1] > FOLDER_FILES_MOST], "folders too full")

    def longest(self, kind, most):
        lengths = [(read(path).count("\n"), path) for path in files(kind)]
        self.none(["%s: %d lines" % (p, n) for n, p in sorted(lengths, reverse=True) if n > most], "files too long")

    def test_no_line_of_c_and_no_comment_is_over_100_columns(self):
        """Prose in code: C whole, which clang-format wraps, and the comments of scripts. A table in
        a script's usage may be wider."""
        comment = re.compile(r"^ *# ?(?!.*\S {2,}\S)")
        found = []
        for path in glob.glob(SOURCE + "/**/*", recursive=True):
            name = os.path.relpath(path, SOURCE)
            c, script = path.endswith((".c", ".h")), path.endswith((".py", ".sh", "CMakeLists.txt"))
            if (c or script) and not name.startswith("build"):
                lines = enumerate(read(name).split("\n"), 1)
                found += ["%s:%d" % (name, n) for n, line in lines if len(line) > COLUMNS_MOST and (c or comment.match(line))]
        self.none(found, "lines over %d columns" % COLUMNS_MOST)

    def test_no_header_is_over_120_lines(self):
        self.longest(".h", HEADER_LINES_MOST)

    def test_no_source_file_is_over_450_lines(self):
        self.longest(".c", SOURCE_LINES_MOST)

    def test_half_of_all_functions_have_11_lines_or_fewer(self):
        found = [function.lines for _, function in all_functions()]
        self.assertLessEqual(statistics.median(found), FUNCTION_LINES_MEDIAN, "median lines of %d functions" % len(found))

    def test_no_function_is_over_60_lines(self):
        found = [(f, path) for path, f in all_functions() if f.lines > FUNCTION_LINES_MOST]
        self.none(["%s:%d: %s has %d lines" % (p, f.line, f.name, f.lines) for f, p in found], "functions too long")


class Circles(Figures):
    def test_no_files_call_each_other_in_a_circle(self):
        defined, wanted = symbols()
        graph = symbol_graph(defined, wanted)
        found = []
        for circle in circles(graph):
            found.append(" ".join(circle))
            for one in circle:
                for other in sorted(graph.get(one, set()) & set(circle)):
                    names = sorted(wanted[one] & set(defined[other]))
                    found.append("    %s uses of %s: %s" % (one, other, " ".join(names)))
        self.none(found, "circles of files, by symbols")

    def test_no_headers_include_each_other_in_a_circle(self):
        texts = {path: read(path) for path in files(".c", ".h")}
        self.none([" ".join(c) for c in circles(include_graph(texts))], "circles of files, by includes")

    def test_no_libraries_link_each_other_in_a_circle(self):
        self.none([" ".join(c) for c in circles(built_links()[0])], "circles of libraries")


class Names(Figures):
    def test_every_exported_name_begins_with_its_modules(self):
        headers = declared_in({path: read(path) for path in files(".h")})
        found = [(path, name) for path, names in symbols()[0].items() for name in names if name != "main"]
        bad = [f for f in sorted(found) if not has_prefix(f[1], modules_of(f[0], headers.get(f[1])))]
        self.none(["%s: %s" % f for f in bad], "names without a prefix of their file, header, folder or library")


class Rooms(Figures):
    PAGE = "docs/architecture.md"

    def test_the_rooms_drawn_in_architecture_are_those_that_cmake_links(self):
        self.assertTrue(os.path.exists(os.path.join(SOURCE, self.PAGE)), "no " + self.PAGE)
        drawn = drawn_links(read(self.PAGE))
        self.assertIsNotNone(drawn, "no block ```rooms in " + self.PAGE)
        built, _ = built_links()

        def lines(links, others):
            return ["%s -> %s" % (n, " ".join(sorted(links[n]))) for n in sorted(links) if links[n] != others.get(n)]

        found = ["CMake: " + line for line in lines(built, drawn)] + ["page:  " + line for line in lines(drawn, built)]
        self.none(found, "%s and CMake differ" % self.PAGE)


class Seen(Figures):
    """That the figures above are of the whole tree: they would hold of an empty one, too."""

    def test_every_source_file_has_an_object(self):
        paths = glob.glob(BUILD + "/**/*.c.o", recursive=True)
        found = {object_source(os.path.relpath(p, BUILD)): os.path.getmtime(p) for p in paths}
        old = [p for p in files(".c") if found.get(p, 0) < os.path.getmtime(os.path.join(SOURCE, p))]
        self.none(old, "files without an object of today in %s: build first" % BUILD)
        self.assertGreater(len(files(".c")), 100)
        self.assertGreater(len(files(".h")), 20)

    def test_every_exported_function_is_among_the_functions_found(self):
        found = {(path, function.name) for path, function in all_functions()}
        self.assertGreater(len(found), 1000)
        named = {(path, name) for path, names in symbols()[0].items() for name, kind in names.items() if kind == "T"}
        self.assertGreater(len(named), 300)
        self.none(["%s: %s" % f for f in sorted(named - found)], "exported functions that the scanner does not see")

    def test_every_include_in_quotes_is_a_file_of_ours(self):
        texts = {path: read(path) for path in files(".c", ".h")}
        graph = include_graph(texts)
        self.none(["%s: %s" % (p, n) for p in graph for n in sorted(graph[p] - set(texts))], "includes that are not found")
        self.assertGreater(sum(len(names) for names in graph.values()), 150)

    def test_every_folder_of_src_with_code_is_a_library(self):
        links, folders = built_links()
        self.assertGreater(sum(len(l) for l in links.values()), len(links))
        bare = {os.path.dirname(p) for p in files(".c")} - folders - {"src"}
        self.none(sorted(bare), "folders without a library")


# ---- The checker itself, on small trees that are made up


class Checker(unittest.TestCase):
    CODE = """/* a.c - { "what" } */
#include "b.h"
#define LOOP(name)                                                                                               \\
static void name(void)                                                                                           \\
{                                                                                                                \\
}
struct pair {
    int a;
};

static const struct pair pairs[] = {
    {1},
};
int two_lines(int a,
              /* of "two"
                 lines */
              int b)
{
    const char *text = "}\\"{";
    if (a) {
        b = '{';
    }
    return b;
}

__attribute__((format(printf, 1, 2))) static void marked(const char *form, ...)
{
}
"""

    def test_functions_are_counted_from_signature_to_brace(self):
        self.assertEqual(functions(self.CODE), [("two_lines", 14, 11), ("marked", 26, 3)])

    def test_a_file_without_functions_has_none(self):
        self.assertEqual(functions("struct a {\n    int b;\n};\nint c(void);\n"), [])

    def test_code_keeps_its_lines(self):
        self.assertEqual(bare_code(self.CODE).count("\n"), self.CODE.count("\n"))
        self.assertNotIn("what", bare_code(self.CODE))

    def test_circles_are_found_however_long(self):
        graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "f": {"g"}, "g": {"f"}}
        self.assertEqual(circles(graph), [["a", "b", "c"], ["f", "g"]])

    def test_two_ways_to_a_file_are_no_circle(self):
        self.assertEqual(circles({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "e": {"e"}}), [])

    def test_includes_are_found_beside_the_file_above_it_and_in_include(self):
        texts = {"src/r/one/a.h": '#include "b.h"\n#include "two/c.h"\n#include "zmqsweep/d.h"\n#include <math.h>\n#include "f.h"\n',
                 "src/r/one/b.h": '#include "a.h"\n', "src/r/two/c.h": "", "include/zmqsweep/d.h": ""}
        graph = include_graph(texts)
        self.assertEqual(graph["src/r/one/a.h"], {"src/r/one/b.h", "src/r/two/c.h", "include/zmqsweep/d.h", "f.h"})
        self.assertEqual(circles(graph), [["src/r/one/a.h", "src/r/one/b.h"]])

    def test_objects_are_told_from_those_of_tests(self):
        self.assertEqual(object_source("src/r/one/CMakeFiles/one.dir/a.c.o"), "src/r/one/a.c")
        self.assertEqual(object_source("CMakeFiles/zmqsweep.dir/src/zmqsweep.c.o"), "src/zmqsweep.c")
        self.assertEqual(object_source("tests/CMakeFiles/test_a.dir/__/src/r/a.c.o"), "tests/__/src/r/a.c")

    def test_a_use_of_another_files_symbol_is_an_edge(self):
        defined = {"a": {"a_run", "main"}, "b": {"b_run"}}
        self.assertEqual(symbol_graph(defined, {"a": {"b_run", "printf"}, "b": {"a_run"}}), {"a": {"b"}, "b": {"a"}})

    def test_prefixes_are_whole_words_of_a_module(self):
        modules = modules_of("src/report/table/rows.c", "include/zmqsweep/journal.h")
        self.assertEqual(modules, ["report", "table", "rows", "journal"])
        for name in ("report_run", "rows_make", "row_make", "table", "journal_read"):
            self.assertTrue(has_prefix(name, modules), name)
        for name in ("reporter", "make_row", "src_run", "csv_write", "rowset_make"):
            self.assertFalse(has_prefix(name, modules), name)

    def test_the_header_of_a_name_is_that_which_declares_it(self):
        text = """/* old_name() */
struct a {
    int a_field;
};
__attribute__((format(printf, 1, 2))) void a_print(const char *form, ...);
struct a *a_make(int (*call)(int),
                 int last);
extern const int a_list[3];
extern int a_count;
"""
        self.assertEqual(sorted(declared_in({"a.h": text})), ["a_count", "a_list", "a_make", "a_print"])

    def test_links_are_read_from_cmakes_drawing(self):
        text = """digraph "x" {
subgraph clusterLegend {
  legendNode0 [ label = "Static Library", shape = octagon ];
}
    "node0" [ label = "plan", shape = octagon ];
    "node1" [ label = "config\\n(Alias)", shape = octagon ];
    "node2" [ label = "m", shape = septagon ];
    "node3" [ label = "zmqsweep", shape = egg ];
    "node4" [ label = "rooms", shape = pentagon ];
    "node5" [ label = "MPI::MPI_C", shape = pentagon ];
    "node0" -> "node1" // plan -> config
    "node0" -> "node2" [ style = dotted ] // plan -> m
    "node3" -> "node0" [ style = dotted ] // zmqsweep -> plan
    "node4" -> "node0" [ style = dashed ] // rooms -> plan
    "node4" -> "node5" [ style = dashed ] // rooms -> MPI::MPI_C
}
"""
        self.assertEqual(cmake_links(text), {"plan": {"config"}, "config": set(), "rooms": {"plan"}})

    def test_links_are_read_from_the_page(self):
        text = "Rooms:\n\n```rooms\nplan -> config text\n\nconfig ->\n```\n\n```\na -> b\n```\n"
        self.assertEqual(drawn_links(text), {"plan": {"config", "text"}, "config": set()})
        self.assertIsNone(drawn_links("no rooms\n"))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        SOURCE = os.path.abspath(sys.argv[1])
        BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else os.path.join(SOURCE, "build/release"))
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
