#pragma once

#include <cstddef>
#include <cstdint>

/// The entry that libFuzzer calls, and our own driver where libFuzzer is not there. 0 always; a broken
/// promise of the code under test aborts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace signalbox::fuzz {

/// Aborts with the promise that was broken.
void require(bool holds, const char *promise);

} // namespace signalbox::fuzz
