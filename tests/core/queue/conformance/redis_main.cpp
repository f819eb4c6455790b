#include "tests/core/queue/conformance/redis_backend.h"

int main(int argc, char **argv)
{
    signalbox::test::TestServer server;
    return signalbox::test::runConformance(
        argc, argv, [&server] { return std::make_unique<signalbox::test::RedisBackend>(server); });
}
