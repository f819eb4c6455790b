#pragma once

#include "core/worker/handler.h"

#include <QHostInfo>
#include <QNetworkReply>
#include <QNetworkRequest>

#include <functional>
#include <optional>

namespace signalbox::worker {

/// How one HTTP exchange ended.
struct HttpAnswer {
    enum class End { Answered, Cancelled, TooLarge, Refused, Broken };
    End end
        = End::Broken; ///< Refused: the reader of the body wanted no more. Broken: the network; see `error`
    int status = 0;
    QByteArray contentType;
    QByteArray body; ///< where no reader takes it
    QUrl redirect;   ///< of a 3xx
    QString error;
};

/// One request, carried out in the calling thread, which is a handler's and has no event loop: one runs here
/// until the answer is there or the run is cancelled. Redirects are never followed: whoever asks decides.
class HttpExchange {
public:
    using Reader = std::function<bool(QByteArrayView bytes, std::optional<qint64> total)>; ///< false: no more
    HttpExchange(const CancelToken &token, qint64 bodyBytesMax) : m_token(token), m_bodyBytesMax(bodyBytesMax)
    {
    }
    void setReader(Reader reader) { m_reader = std::move(reader); }
    [[nodiscard]] HttpAnswer post(const QNetworkRequest &request, const QByteArray &body);
    [[nodiscard]] HttpAnswer get(const QNetworkRequest &request);

private:
    [[nodiscard]] HttpAnswer finish(QNetworkReply &reply);
    void read(QNetworkReply &reply, HttpAnswer &answer);

    const CancelToken &m_token;
    const qint64 m_bodyBytesMax;
    Reader m_reader;
    qint64 m_bodyBytes = 0;
};

/// The addresses of a host; like an exchange, it ends early when the run is cancelled, and is nothing then.
[[nodiscard]] std::optional<QHostInfo> lookUpHost(const QString &name, const CancelToken &token);

/// What every request of ours has: no cookies, no kept credentials, no redirects, and an end to silence.
[[nodiscard]] QNetworkRequest plainRequest(const QUrl &url, std::chrono::milliseconds silenceMax);

} // namespace signalbox::worker
