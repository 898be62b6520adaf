/* shortest.cc - the one thing that the C library cannot do: the fewest digits that read back as the same
 * double. The C++ library does it in a tenth of the time that trying printf and strtod takes (Adams, Ryu:
 * fast float-to-string conversion, PLDI 2018), which is what a CSV of millions of rows costs. */
#include <charconv>
#include <cstddef>
#include <cstdint>

extern "C" size_t shortest_decimal(double value, char *text, size_t length);
extern "C" size_t shortest_integer(int64_t value, char *text, size_t length);

size_t shortest_decimal(double value, char *text, size_t length)
{
    return static_cast<size_t>(std::to_chars(text, text + length, value).ptr - text);
}

size_t shortest_integer(int64_t value, char *text, size_t length)
{
    return static_cast<size_t>(std::to_chars(text, text + length, value).ptr - text);
}
