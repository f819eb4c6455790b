#include "core/model/json_writer.h"
#include "core/worker/handlers/builtin/builtin_jobs.h"
#include "core/worker/handlers/builtin/file_scope.h"
#include "core/worker/handlers/builtin/public_address.h"
#include "core/worker/handlers/http_exchange.h"
#include "core/worker/words.h"

#include <QCryptographicHash>

#include <algorithm>
#include <array>
#include <utility>

namespace signalbox::worker {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

bool isPublicAddress(const QHostAddress &address)
{
    bool isFour = false;
    const QHostAddress four(address.toIPv4Address(&isFour)); // also from ::ffff:a.b.c.d
    const QHostAddress &checked = isFour ? four : address;
    static const std::array<QString, 19> reserved{
        u"0.0.0.0/8"_s,     u"10.0.0.0/8"_s,   u"100.64.0.0/10"_s,  u"127.0.0.0/8"_s,   u"169.254.0.0/16"_s,
        u"172.16.0.0/12"_s, u"192.0.0.0/24"_s, u"192.168.0.0/16"_s, u"198.18.0.0/15"_s, u"224.0.0.0/3"_s,
        u"::/8"_s,          u"64:ff9b::/96"_s, u"64:ff9b:1::/48"_s, u"2001::/32"_s,     u"2002::/16"_s,
        u"fc00::/7"_s,      u"fe80::/10"_s,    u"fec0::/10"_s,      u"ff00::/8"_s};
    return !checked.isNull()
        && std::none_of(reserved.begin(), reserved.end(), [&checked](const QString &subnet) {
               return checked.isInSubnet(QHostAddress::parseSubnet(subnet));
           });
}

namespace {

constexpr int redirectsMax = 5;
constexpr auto silenceMax = 30s;

struct FetchTarget {
    QUrl url;
    QHostAddress address; ///< checked, and the one that is connected to
};

/// Resolved once, checked, and connected to as it was checked: a resolver that answers otherwise the second
/// time gains nothing.
Result<FetchTarget> resolve(const QUrl &url, bool allowPrivate, const CancelToken &token)
{
    const bool isHttp = url.scheme() == u"http" || url.scheme() == u"https";
    if (!url.isValid() || !isHttp || url.host().isEmpty() || !url.userInfo().isEmpty())
        return failField(u"url",
                         Words::tr("\"%1\" is no http or https URL without credentials.")
                             .arg(url.toDisplayString(QUrl::RemoveUserInfo).left(200)),
                         Words::tr("Give one such as https://host/path."));
    const std::optional<QHostInfo> info = lookUpHost(url.host(), token);
    if (!info) return stoppedEarly();
    if (info->addresses().isEmpty())
        return fail(Error::Kind::Unavailable, Words::tr("The host %1 was not found.").arg(url.host()),
                    info->errorString(), Words::tr("Look after the name and the resolver."));
    for (const QHostAddress &address : info->addresses())
        if (!allowPrivate && !isPublicAddress(address))
            return fail(Error::Kind::Unauthorised,
                        Words::tr("%1 was not fetched.").arg(url.toDisplayString()),
                        Words::tr("It leads to %1, an address of this machine or a private network.")
                            .arg(address.toString()),
                        Words::tr("Set \"allow_private_addresses\" in handlers.json if it is meant."));
    return FetchTarget{url, info->addresses().first()};
}

QNetworkRequest requestFor(const FetchTarget &target)
{
    QUrl url = target.url;
    const QString host = url.host();
    url.setHost(target.address.toString());
    QNetworkRequest request = plainRequest(url, silenceMax);
    const QString port = url.port() < 0 ? QString() : u":%1"_s.arg(url.port());
    request.setRawHeader("Host", (host + port).toLatin1());
    request.setPeerVerifyName(host); // the certificate has to be the name's, not the address's
    return request;
}

/// The body, as it comes, into a file.
struct Sink {
    Sink(RunContext &told, NewFile &kept) : context(told), file(kept) { }
    RunContext &context;
    NewFile &file;
    QCryptographicHash hash{QCryptographicHash::Sha256};
    qint64 bytes = 0;
    std::optional<Error> error;
    bool take(QByteArrayView part, std::optional<qint64> total)
    {
        if (const Result<> written = file.write(part); !written) {
            error = written.error();
            return false;
        }
        hash.addData(part);
        bytes += part.size();
        context.reportProgress(static_cast<double>(bytes),
                               total ? std::optional(static_cast<double>(*total)) : std::nullopt,
                               Words::tr("%L1 bytes").arg(bytes), JsonText::emptyObject());
        return true;
    }
};

Error whyNot(const HttpAnswer &answer, const Sink &sink, const QUrl &url, qint64 bytesMax)
{
    using End = HttpAnswer::End;
    const QString what = Words::tr("%1 could not be fetched.").arg(url.toDisplayString());
    if (sink.error) return *sink.error;
    if (answer.end == End::Cancelled) return stoppedEarly().value();
    if (answer.end == End::TooLarge)
        return {Error::Kind::Invalid, what, Words::tr("It has more than %L1 bytes.").arg(bytesMax),
                Words::tr("Allow more by \"bytes_max\".")};
    if (answer.end == End::Broken)
        return {Error::Kind::Unavailable, what, answer.error,
                Words::tr("Look after the server and the network.")};
    const bool isOurs = answer.status / 100 == 4 && answer.status != 408 && answer.status != 429;
    return {isOurs ? Error::Kind::Invalid : Error::Kind::Unavailable, what,
            Words::tr("The server answered with status %1.").arg(answer.status),
            Words::tr("Look after the URL.")};
}

} // namespace

BuiltinResult fetchUrl(BuiltinCall &call)
{
    const QUrl wanted(call.fields.requiredText("url"_L1), QUrl::StrictMode);
    const QString wantedOutput = call.fields.requiredText("output"_L1);
    const qint64 bytesMax = call.fields.integer("bytes_max"_L1, 1024LL * 1024 * 1024, 0);
    const bool mayReplace = call.fields.boolean("overwrite"_L1, false);
    if (const Result<> read = call.fields.result(); !read) return tl::unexpected(read.error());
    const Result<QString> output = newPath(u"output", wantedOutput, call.options.writeFolders);
    if (!output) return tl::unexpected(output.error());
    Result<NewFile> file = NewFile::create(*output);
    if (!file) return tl::unexpected(file.error());

    Sink sink(call.context, *file);
    QUrl url = wanted;
    HttpAnswer answer;
    for (int redirects = 0; redirects <= redirectsMax; ++redirects) {
        const Result<FetchTarget> target
            = resolve(url, call.options.allowPrivateAddresses, call.context.cancelToken());
        if (!target) return tl::unexpected(target.error());
        HttpExchange exchange(call.context.cancelToken(), bytesMax);
        exchange.setReader(
            [&sink](QByteArrayView part, std::optional<qint64> total) { return sink.take(part, total); });
        answer = exchange.get(requestFor(*target));
        if (answer.end != HttpAnswer::End::Answered || answer.status / 100 != 3 || answer.redirect.isEmpty())
            break;
        url = url.resolved(answer.redirect); // a new host is resolved and checked as the first one was
    }
    if (answer.end != HttpAnswer::End::Answered || answer.status / 100 != 2)
        return tl::unexpected(whyNot(answer, sink, url, bytesMax));
    if (const Result<> kept = file->commit(mayReplace); !kept) return tl::unexpected(kept.error());
    JsonWriter json;
    json.text("url"_L1, url.toString()).integer("status"_L1, answer.status).text("output"_L1, *output);
    json.integer("bytes"_L1, sink.bytes).text("sha256"_L1, QString::fromLatin1(sink.hash.result().toHex()));
    json.text("content_type"_L1, QString::fromLatin1(answer.contentType));
    return JsonText::trusted(json.take());
}

} // namespace signalbox::worker
