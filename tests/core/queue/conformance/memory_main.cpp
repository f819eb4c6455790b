#include "tests/core/queue/conformance/memory_backend.h"

int main(int argc, char **argv)
{
    return signalbox::test::runConformance(argc, argv,
                                           [] { return std::make_unique<signalbox::test::MemoryBackend>(); });
}
