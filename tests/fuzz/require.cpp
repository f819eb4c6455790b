#include "tests/fuzz/fuzz_target.h"

#include <cstdio>
#include <cstdlib>

namespace signalbox::fuzz {

void require(bool holds, const char *promise)
{
    if (holds) return;
    std::fprintf(stderr, "Broken: %s\n", promise);
    std::abort();
}

} // namespace signalbox::fuzz
