#include "core/redis/pipeline.h"
#include "tests/fuzz/fuzz_target.h"

using namespace signalbox::redis;
using signalbox::fuzz::require;

namespace {

constexpr RespLimits limits{.frameBytesMax = 2000, .elementsMax = 100};

qsizetype elementsOf(const Reply &reply)
{
    qsizetype count = 1;
    for (const Reply &element : reply.elements) count += elementsOf(element);
    return count;
}

struct Read {
    std::vector<RespFrame> frames;
    bool hasFailed = false;
};

Read readInPieces(QByteArrayView bytes, qsizetype piece)
{
    Read read;
    RespReader reader(limits);
    for (qsizetype at = 0; at < bytes.size(); at += piece) {
        reader.feed(bytes.sliced(at, std::min(piece, bytes.size() - at)));
        while (auto frame = reader.next()) read.frames.push_back(std::move(*frame));
    }
    read.hasFailed = !reader.failure().isEmpty();
    return read;
}

void checkReader(QByteArrayView bytes)
{
    const Read whole = readInPieces(bytes, std::max<qsizetype>(bytes.size(), 1));
    for (const qsizetype piece : {1, 7}) {
        const Read cut = readInPieces(bytes, piece);
        require(cut.hasFailed == whole.hasFailed, "where bytes are cut decides nothing");
        require(cut.frames.size() == whole.frames.size(), "as many replies, wherever the bytes are cut");
        for (size_t i = 0; i < whole.frames.size(); ++i) {
            require(cut.frames[i].reply == whole.frames[i].reply,
                    "the same replies, wherever the bytes are cut");
            require(cut.frames[i].isError == whole.frames[i].isError, "the same errors");
            require(elementsOf(whole.frames[i].reply) <= limits.elementsMax, "no reply is over the cap");
        }
    }
}

/// Whatever a server says to six scripts and six commands: each is answered once at most, and closing answers
/// the rest.
void checkPipeline(QByteArrayView bytes)
{
    static const ScriptSource script{"fuzz", "return 1"};
    constexpr int count = 12;
    int answered = 0;
    Pipeline pipeline({.reader = limits, .replyDeadline = std::chrono::seconds(1), .waitingMax = 100});
    pipeline.open();
    const OutcomeHandler note = [&answered](const Outcome &) { ++answered; };
    const auto deliver = [&pipeline] {
        for (Answered &answer : pipeline.takeAnswers()) answer.receiver(std::move(answer.outcome));
    };
    for (int i = 0; i < count; i += 2) {
        pipeline.pushScript(script, {"k"}, {"v"}, note, {});
        pipeline.push({"GET", "k"}, note, {});
    }
    for (qsizetype at = 0; at < bytes.size(); at += 64) {
        static_cast<void>(pipeline.take({}));
        if (!pipeline.feed(bytes.sliced(at, std::min<qsizetype>(64, bytes.size() - at)), {})) break;
        if (pipeline.takeUnasked()) break;
        deliver();
    }
    pipeline.close({});
    pipeline.refuseWaiting({});
    deliver();
    require(answered == count, "each command is answered once");
    require(pipeline.isIdle(), "nothing is left behind");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArrayView bytes(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    checkReader(bytes);
    checkPipeline(bytes);
    return 0;
}
