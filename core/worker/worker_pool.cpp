#include "core/worker/worker_pool.h"

#include "core/runtime/engine_thread.h"
#include "core/worker/pool_controller.h"

namespace signalbox::worker {

WorkerPool::WorkerPool(queue::JobQueue &queue, std::shared_ptr<HandlerRegistry> handlers, PoolOptions options,
                       const runtime::Seams &seams, QObject *parent)
    : QObject(parent),
      d(std::make_unique<Controller>(*this, queue, std::move(handlers), std::move(options), seams))
{
}

WorkerPool::~WorkerPool()
{
    SIGNALBOX_IN_THREAD_OF(this);
}

QFuture<Result<>> WorkerPool::start(int workers)
{
    const runtime::Answer<> answer;
    d->post([this, answer, workers] { answer.give(d->start(workers)); });
    return answer.future();
}

QFuture<Result<>> WorkerPool::stop(StopMode mode)
{
    const runtime::Answer<> answer;
    d->post([this, answer, mode] { d->stop(mode, answer); });
    return answer.future();
}

QFuture<Result<>> WorkerPool::scale(int workers)
{
    const runtime::Answer<> answer;
    d->post([this, answer, workers] { answer.give(d->scale(workers)); });
    return answer.future();
}

QFuture<Result<>> WorkerPool::restartWorker(QString workerId)
{
    const runtime::Answer<> answer;
    d->post([this, answer, workerId = std::move(workerId)] { d->restartWorker(workerId, answer); });
    return answer.future();
}

QFuture<Result<>> WorkerPool::setOptions(PoolOptions options)
{
    const runtime::Answer<> answer;
    d->post([this, answer, options = std::move(options)] { answer.give(d->setOptions(options)); });
    return answer.future();
}

QFuture<Result<PoolInfo>> WorkerPool::info()
{
    const runtime::Answer<PoolInfo> answer;
    d->post([this, answer] { answer.give(d->info()); });
    return answer.future();
}

QFuture<Result<PoolMetrics>> WorkerPool::metrics()
{
    const runtime::Answer<PoolMetrics> answer;
    d->post([this, answer] { answer.give(d->metrics()); });
    return answer.future();
}

QByteArray WorkerPool::id() const
{
    return d->id();
}

} // namespace signalbox::worker
