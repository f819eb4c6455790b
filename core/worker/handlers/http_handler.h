#pragma once

#include "core/worker/handler.h"

#include <QMap>
#include <QUrl>

namespace signalbox::worker {

/// Where an HTTP handler sends its jobs. Fixed when it is registered: nothing of it comes from a job, so a
/// job cannot make it call another host.
struct HttpSpec {
    QUrl url; ///< http or https, with a host; without credentials, which would end up in logs
    QMap<QString, QString> headers;
    qint64 replyBytesMax = 1024 * 1024;
    std::chrono::milliseconds silenceMax{60'000}; ///< no byte for this long: the exchange has failed
    /// Errors   Invalid, naming the field as in handlers.json.
    [[nodiscard]] Result<> validate() const;
    bool operator==(const HttpSpec &) const = default;
};

/// POSTs each job to a URL. 2xx: its body is the result. 4xx: failed for good, but 408, 425 and 429, which
/// ask to come again. 5xx and what the network does: retried. Redirects within the same scheme, host and port
/// are followed with 307 and 308, which keep the POST; all others fail for good. Source   docs/handlers.md,
/// "HTTP handlers".   Threads  run() in any number at once.
class HttpHandler : public Handler {
public:
    [[nodiscard]] static Result<std::shared_ptr<Handler>> create(HttpSpec spec);
    [[nodiscard]] RunResult run(const JobDefinition &job, RunContext &context) override;
    [[nodiscard]] QString description() const override;

private:
    explicit HttpHandler(HttpSpec spec) : m_spec(std::move(spec)) { }
    const HttpSpec m_spec;
};

} // namespace signalbox::worker
