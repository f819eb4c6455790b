#pragma once

#include "core/model/error.h"

#include <QByteArray>
#include <QFuture>
#include <QJsonObject>
#include <QList>
#include <QStringList>

#include <chrono>

namespace signalbox::bench {

/// The command line that every contestant understands; the contract is in peers/contestant.mjs.
struct Options {
    QString scenario;
    QString host;
    int port = 0;
    int jobs = 20'000;
    int payloadBytes = 18;
    int concurrency = 0; ///< 0: the contestant's own
    int samples = 1'000;
};
/// Ends the program in words when the command line is wrong.
[[nodiscard]] Options readOptions(const QStringList &arguments);

/// A measurement that cannot go on means nothing: ends the program, in words.
[[noreturn]] void giveUp(const QString &why);

/// What a future answers; blocks. Only for the main thread of a contestant.
template <typename T> T answerOf(QFuture<Result<T>> future)
{
    future.waitForFinished();
    Result<T> result = future.result();
    if (!result) giveUp(result.error().text());
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// A JSON object of exactly so many bytes.
[[nodiscard]] QByteArray payload(int bytes);

/// One line of JSON on standard output.
void print(const QJsonObject &answer);
[[nodiscard]] QJsonObject samplesAnswer(const QList<double> &samplesMs);

/// Blocks until standard input ends.
void waitForEndOfInput();

/// Wall time and the CPU of this process and of the server, between two moments.
class Window {
public:
    explicit Window(const Options &options); ///< begins
    [[nodiscard]] QJsonObject end(int jobs) const;

private:
    Options m_options;
    double m_serverCpu = 0;
    double m_ownCpu = 0;
    std::chrono::steady_clock::time_point m_begin;
};

} // namespace signalbox::bench
