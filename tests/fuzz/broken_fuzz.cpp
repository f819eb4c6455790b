#include "tests/fuzz/fuzz_target.h"

/// A target with a defect that only a changed input reaches: shows that the driver changes inputs and
/// reports.
int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    bool hasPlain = false;
    for (std::size_t i = 0; i + 2 < size; ++i)
        hasPlain = hasPlain || (data[i] == 'N' && data[i + 1] == 'a' && data[i + 2] == 'N');
    signalbox::fuzz::require(!hasPlain, "canary: no input holds NaN");
    return 0;
}
