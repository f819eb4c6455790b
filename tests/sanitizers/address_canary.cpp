// Reads behind the end of a heap block on purpose; under the asan preset this must be reported.
#include <cstdio>
#include <memory>

int main(int argc, char **)
{
    const std::unique_ptr<char[]> block(new char[8]{});
    volatile char *bytes = block.get();
    std::printf("%d\n", bytes[7 + argc]);
    return 0;
}
