#pragma once

#include "core/model/error.h"

#include <QFuture>
#include <QFutureWatcher>
#include <QObject>
#include <QPromise>

#include <memory>
#include <utility>

namespace signalbox::runtime {

/// A promise that cannot be forgotten: when its last copy goes without give(), the future gets an Internal
/// error. Copies share one promise; the first give() counts.   Threads  give() in any one thread.
template <typename T = void> class Answer {
public:
    Answer() : m_shared(std::make_shared<Shared>()) { }
    [[nodiscard]] QFuture<Result<T>> future() const { return m_shared->promise.future(); }
    void give(Result<T> value) const { m_shared->give(std::move(value)); }

private:
    struct Shared { // owners: every copy of the Answer, in the lambdas on the way to the reply
        QPromise<Result<T>> promise;
        bool given = false;
        Shared() { promise.start(); }
        ~Shared()
        {
            if (!given)
                give(fail(Error::Kind::Internal, QStringLiteral("A request was dropped without an answer."),
                          QStringLiteral("Its receiver went away."),
                          QStringLiteral("Try again; report it if it recurs.")));
        }
        void give(Result<T> value)
        {
            if (given) return;
            given = true;
            promise.addResult(std::move(value));
            promise.finish();
        }
    };
    std::shared_ptr<Shared> m_shared;
};

/// A future that is answered already.
template <typename T> [[nodiscard]] QFuture<Result<T>> answered(Result<T> value)
{
    const Answer<T> answer;
    answer.give(std::move(value));
    return answer.future();
}

/// Calls fn(result) in the receiver's thread once the future is finished, and never when the receiver died
/// first. Not QFuture::then(context, …): in Qt 6.4 that asserts if the context died, and may run inside
/// then() itself.
template <typename T, typename Fn> void whenDone(const QFuture<T> &future, QObject *receiver, Fn fn)
{
    auto *watcher = new QFutureWatcher<T>(receiver); // owned by the receiver, gone with it
    QObject::connect(watcher, &QFutureWatcherBase::finished, receiver,
                     [watcher, fn = std::move(fn)]() mutable {
                         watcher->deleteLater();
                         if (watcher->future().resultCount() > 0) fn(watcher->future().result());
                     });
    watcher->setFuture(future);
}

} // namespace signalbox::runtime
