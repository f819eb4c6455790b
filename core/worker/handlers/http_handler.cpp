#include "core/worker/handlers/http_handler.h"

#include "core/worker/handlers/http_exchange.h"
#include "core/worker/handlers/process_handler.h"
#include "core/worker/words.h"

#include <algorithm>

namespace signalbox::worker {

namespace {

using namespace std::chrono_literals;
using End = HttpAnswer::End;

constexpr int redirectsMax = 5;
constexpr qsizetype bodyHeadBytes = 4 * 1024; ///< of an error's answer, for the person who reads it

bool isToken(const QString &name) // RFC 9110, field-name
{
    return !name.isEmpty() && std::all_of(name.begin(), name.end(), [](QChar c) {
        return c.unicode() > 0x20 && c.unicode() < 0x7F && !QStringLiteral("()<>@,;:\\\"/[]?={}").contains(c);
    });
}

bool isSameOrigin(const QUrl &a, const QUrl &b)
{
    const auto port
        = [](const QUrl &url) { return url.port(url.scheme() == QLatin1String("https") ? 443 : 80); };
    return a.scheme() == b.scheme() && a.host() == b.host() && port(a) == port(b);
}

JsonText resultOf(const QByteArray &body)
{
    if (body.trimmed().isEmpty()) return {};
    return JsonText::parse(body).value_or(JsonText::trusted(jsonString(QString::fromUtf8(body))));
}

RunResult failureOf(const HttpAnswer &answer)
{
    QString text = Words::tr("The server answered with status %1.").arg(answer.status);
    if (!answer.body.isEmpty())
        text += QLatin1Char('\n') + QString::fromUtf8(answer.body.left(bodyHeadBytes));
    const bool asksToComeAgain = answer.status == 408 || answer.status == 425 || answer.status == 429;
    return answer.status / 100 == 4 && !asksToComeAgain ? RunResult::failedPermanently(text)
                                                        : RunResult::failed(text);
}

} // namespace

Result<> HttpSpec::validate() const
{
    const bool isHttp = url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https");
    if (!url.isValid() || !isHttp || url.host().isEmpty())
        return failField(u"url", Words::tr("\"%1\" is no http or https URL.").arg(url.toDisplayString()),
                         Words::tr("Give one such as https://host/path."));
    if (!url.userInfo().isEmpty())
        return failField(u"url", Words::tr("It holds a user or a password."),
                         Words::tr("Send credentials in a header; URLs end up in logs."));
    for (auto it = headers.begin(); it != headers.end(); ++it) {
        const bool hasBreak = std::any_of(it.value().begin(), it.value().end(), [](QChar c) {
            return c.unicode() < 0x20 && c != QLatin1Char('\t');
        });
        if (!isToken(it.key()) || hasBreak)
            return failField(u"headers",
                             Words::tr("The header \"%1\" cannot be sent.").arg(it.key().left(80)),
                             Words::tr("Names are words, and values hold no line breaks."));
    }
    if (replyBytesMax < 0 || replyBytesMax > 16 * 1024 * 1024)
        return failField(u"reply_bytes_max", Words::tr("It is %L1.").arg(replyBytesMax),
                         Words::tr("Give 0 to 16777216 bytes."));
    if (silenceMax < 10ms || silenceMax > 24h)
        return failField(u"silence_s", Words::tr("It is out of range."),
                         Words::tr("Give 0.01 to 86400 seconds."));
    return {};
}

Result<std::shared_ptr<Handler>> HttpHandler::create(HttpSpec spec)
{
    return spec.validate().map([&] { return std::shared_ptr<Handler>(new HttpHandler(std::move(spec))); });
}

QString HttpHandler::description() const
{
    return QStringLiteral("http ") + m_spec.url.toDisplayString(QUrl::RemoveUserInfo | QUrl::RemoveQuery);
}

RunResult HttpHandler::run(const JobDefinition &job, RunContext &context)
{
    QUrl url = m_spec.url;
    HttpAnswer answer;
    for (int redirects = 0;; ++redirects) {
        QNetworkRequest request = plainRequest(url, m_spec.silenceMax);
        request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
        // So that a server can tell a repeat from a new job.
        request.setRawHeader("Idempotency-Key", job.id.bytes());
        for (auto it = m_spec.headers.begin(); it != m_spec.headers.end(); ++it)
            request.setRawHeader(it.key().toLatin1(), it.value().toUtf8());
        HttpExchange exchange(context.cancelToken(), m_spec.replyBytesMax);
        answer = exchange.post(request, jobLine(job, context.attempt()).trimmed());
        if (answer.end != End::Answered || answer.status / 100 != 3) break;
        const QUrl next = url.resolved(answer.redirect);
        const bool keepsPost = answer.status == 307 || answer.status == 308;
        if (answer.redirect.isEmpty() || !keepsPost || !isSameOrigin(m_spec.url, next)
            || redirects == redirectsMax)
            return RunResult::failedPermanently(Words::tr("The server redirects to %1 (status %2), which is "
                                                          "not followed: only 307 and 308 within the "
                                                          "same scheme, host and port are, and at most %3.")
                                                    .arg(next.toDisplayString(QUrl::RemoveUserInfo))
                                                    .arg(answer.status)
                                                    .arg(redirectsMax));
        url = next;
    }
    switch (answer.end) {
    case End::Answered:
        break;
    case End::Cancelled:
        return RunResult::failed(Words::tr("It was cancelled while the server was asked."));
    case End::TooLarge:
        return RunResult::failedPermanently(
            Words::tr("The server's answer has more than %L1 bytes.").arg(m_spec.replyBytesMax));
    case End::Refused:
    case End::Broken:
        return RunResult::failed(Words::tr("The server could not be asked: %1").arg(answer.error));
    }
    return answer.status / 100 == 2 ? RunResult::completed(resultOf(answer.body)) : failureOf(answer);
}

} // namespace signalbox::worker
