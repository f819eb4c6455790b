#include "core/model/timestamp.h"
#include "tests/fuzz/fuzz_target.h"

using namespace signalbox;
using signalbox::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QString text
        = QString::fromUtf8(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    const Result<Timestamp> time = timestampFromText(text);
    if (!time) {
        require(time.error().kind == Error::Kind::Invalid, "a bad time is Invalid");
        return 0;
    }
    require(timestampFromText(toText(*time)) == time, "a time survives its text");
    require(text.size() >= 20, "a time has a date, a time of day and a zone");
    // Not one of ours read as local or as now: the digits of the minute's second are those of the text.
    require(QStringView(toText(*time)).sliced(17, 2) == QStringView(text).sliced(17, 2),
            "zones move whole minutes");
    return 0;
}
