#include "core/redis/redis_url.h"
#include "tests/fuzz/fuzz_target.h"

#include <QFile>

#include <algorithm>

using namespace signalbox;
using namespace signalbox::redis;
using signalbox::fuzz::require;

namespace {

bool isShowable(const QString &text)
{
    return std::none_of(text.begin(), text.end(),
                        [](QChar letter) { return letter < u' ' || letter == QChar(0x7f); });
}

void checkRefusal(const Error &error)
{
    require(error.kind == Error::Kind::Invalid, "a bad URL is Invalid");
    require(!error.why.isEmpty() && !error.todo.isEmpty(), "says why, and what to do");
    require(isShowable(error.text()), "no control character of the URL comes back");
    require(!error.text().contains(QLatin1String("hunter2")), "no password comes back");
}

void checkUrl(const RedisUrl &url)
{
    require(url.db >= 0, "a database has a number");
    require(url.certificateFile.isEmpty() == url.keyFile.isEmpty(), "a certificate has its key");
    if (url.scheme == RedisUrl::Scheme::Unix) {
        require(url.socketPath.startsWith(u'/'), "a socket's path is absolute");
        require(QFile::encodeName(url.socketPath).size() <= 107, "a socket's path fits the system");
    } else {
        require(url.port != 0 && !url.host.isEmpty(), "there is somewhere to connect to");
    }
    RedisUrl other = url;
    other.password = QStringLiteral("another");
    require(other.display() == url.display(), "the password is not shown");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QString text
        = QString::fromUtf8(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    const Result<RedisUrl> url = RedisUrl::parse(text);
    if (url)
        checkUrl(*url);
    else
        checkRefusal(url.error());
    return 0;
}
