"""Worker: does due jobs of the outbox and sweeps unpaid orders, one after the other, until it is told to stop.

Beside them runs at most one import of a large file, in a process of its own.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.orders import outbox, restock
from catalog.orders.books import ZONE
from catalog.orders.erasure import due_for_erasure, erase
from catalog.orders.finding import finished_orders
from catalog.orders.models import Job, Payment, Refund, RefundStatus
from catalog.orders.payments import (
    FINAL,
    REFUND_AGAIN,
    SWEEP_AGAIN,
    PaymentRefusedError,
    expire,
    give_up_refund,
    is_ready_to_expire,
    overdue_purchases,
    purchase_for_update,
)
from catalog.orders.states import Arrow, take
from catalog.search.snapshot import newest_stamp
from shop.ordering.availability import products_back
from shop.outbox.handlers import handle
from shop.outbox.imports import ImportProcess
from shop.outbox.post import forget_kept_mails
from shop.payments import steps
from shop.web.planned_changes import is_due, make_changes
from shop.web.services import Services, services_of

log = logging.getLogger("shop.worker")
REST_SECONDS = 1.0
SWEEP_SECONDS = 20


def work(app: Flask, stop: threading.Event) -> None:
    """Do what is due until `stop` is set. A database that is away is waited for, and no fault ends the worker."""
    shared, imports = services_of(app), ImportProcess(app)
    swept: datetime | None = None
    while not stop.is_set():
        try:
            imports.tend()
            make_planned_changes(shared)
            if not shared.settings.hold_outbox:
                do_due_jobs(app, stop)
                if swept is None or shared.clock() - swept > timedelta(seconds=SWEEP_SECONDS):
                    sweep(app)
                    swept = shared.clock()
        except SQLAlchemyError as error:
            log.warning("the worker waits for the database: %s", type(error).__name__)
        except Exception as error:
            log.error("the worker met a fault and goes on: %s", type(error).__name__)
        stop.wait(REST_SECONDS)
    imports.end()


def make_planned_changes(shared: Services) -> None:
    """Make the catalogue's changes whose moment has come, where no visitor's request did."""
    with Session(shared.databases.primary) as session:
        due = is_due(shared, session, newest_stamp(session))
    if due:
        make_changes(shared, wait=True)


def do_due_jobs(app: Flask, stop: threading.Event | None = None) -> int:
    """Do all jobs that are due now, those that they bring about included; returns how many were done."""
    shared, done = services_of(app), 0
    while not (stop and stop.is_set()):
        with shared.orders.reading() as session:
            if not outbox.has_due(session, shared.clock()):
                break
        with shared.orders.writing() as session:
            job = outbox.claim(session, shared.clock())
        if job is None:
            break
        done += _do(app, shared, job)
    return done


def _do(app: Flask, shared: Services, job: Job) -> bool:
    """Do one job; a fault is logged by its type alone, since its message may name a person, and planned again."""
    try:
        handle(app, job.kind, job.row_id)
    except Exception as error:
        log.warning("job %s failed: %s", job.kind, type(error).__name__)
        with shared.orders.writing() as session:
            is_given_up = outbox.postpone(session, job.id, type(error).__name__, shared.clock())
        if is_given_up and job.kind == "send_refund" and isinstance(error, PaymentRefusedError):
            with shared.orders.writing() as session:
                give_up_refund(session, job.row_id, shared.clock(), reason=str(error))
        return False
    with shared.orders.writing() as session:
        outbox.finish(session, job.id, shared.clock())
    return True


def sweep(app: Flask) -> None:
    """Ask about payments that nobody reported, let unpaid orders end, and erase personal data that had their time.

    A provider that does not answer holds none of the others up.
    """
    shared = services_of(app)
    now = shared.clock()
    with shared.orders.reading() as session:
        overdue, forgotten = overdue_purchases(session, now), due_for_erasure(session, now)
    _ask_provider(shared, overdue, now)
    forget_kept_mails(shared)
    for purchase_id in forgotten:
        with shared.orders.writing() as session:
            erase(session, purchase_for_update(session, purchase_id), now)
    for purchase_id in overdue:
        with shared.orders.writing() as session:
            purchase = purchase_for_update(session, purchase_id)
            if is_ready_to_expire(purchase, now):
                expire(session, purchase, now)
            elif purchase.reserve_until is not None and purchase.reserve_until <= now:
                purchase.reserve_until = now + SWEEP_AGAIN  # orders whose payment is still open let others have a turn
    _close_finished(shared, now)
    _plan_stock_mails(shared, now)
    _forget_done_jobs(shared, now)


def _ask_provider(shared: Services, overdue: Sequence[int], now: datetime) -> None:
    """Ask about payments that nobody reported, those of overdue orders among them, and about refunds under way."""
    with shared.orders.reading() as session:
        silent = select(Payment.id).where(
            Payment.status.not_in(FINAL),  # a new one may have a status that this version does not know
            Payment.provider_id.is_not(None),
            (Payment.seen_at < now - SWEEP_AGAIN) | Payment.purchase_id.in_(overdue),
        )
        asked = list(session.scalars(silent.order_by(Payment.seen_at).limit(100)))
        under_way = select(Refund.id).where(
            Refund.status == RefundStatus.SENT,
            Refund.provider_id.is_not(None),
            func.coalesce(Refund.seen_at, Refund.at) < now - REFUND_AGAIN,
        )
        refunds = list(session.scalars(under_way.order_by(func.coalesce(Refund.seen_at, Refund.at)).limit(100)))
    for payment_id in asked:
        try:
            steps.ask(shared, payment_id)
        except Exception as error:
            log.warning("a payment could not be asked about: %s", type(error).__name__)
            with shared.orders.writing() as session:  # those that are never answered do not keep the others waiting
                session.execute(update(Payment).where(Payment.id == payment_id).values(seen_at=now))
    for refund_id in refunds:
        _ask_refund(shared, refund_id, now)


def _forget_done_jobs(shared: Services, now: datetime) -> None:
    """Delete jobs that were done longer ago than the settings keep them."""
    before = now - timedelta(days=shared.settings.outbox_days)
    with shared.orders.reading() as session:
        has_done = outbox.has_done_before(session, before)
    if has_done:
        with shared.orders.writing() as session:
            outbox.forget_done(session, before)


def _plan_stock_mails(shared: Services, now: datetime) -> None:
    """Plan the mails about products that are back and that are low, and erase addresses that had their time."""
    day = now.astimezone(ZONE).date().toordinal()
    with shared.orders.reading() as session:
        awaited, is_planned = restock.awaited_products(session), restock.is_low_mail_planned(session, day)
        has_old = restock.has_old_wishes(session, now)
        has_low = not is_planned and restock.has_low_untold(session)
    back = products_back(shared, awaited) if awaited else []
    if not (back or has_old or has_low):
        return
    with shared.orders.writing() as session:
        if back:
            restock.plan_mails(session, back, now)
        if has_low:
            restock.plan_low_mail(session, day, now)
        restock.forget_old_wishes(session, now)


def _ask_refund(shared: Services, refund_id: int, now: datetime) -> None:
    try:
        steps.ask_refund(shared, refund_id)
    except Exception as error:
        log.warning("a refund could not be asked about: %s", type(error).__name__)
        with shared.orders.writing() as session:
            session.execute(update(Refund).where(Refund.id == refund_id).values(seen_at=now))


def _close_finished(shared: Services, now: datetime) -> None:
    with shared.orders.reading() as session:
        finished = finished_orders(session, now)
    for purchase_id in finished:
        with shared.orders.writing() as session:
            take(session, purchase_for_update(session, purchase_id), Arrow.CLOSE, now)
